import { describe, expect, test } from "vitest";
import { countOf, isWholeRun, partsOf } from "./extent.js";

test("a run is whole where nothing shortens it", () => {
  expect(isWholeRun({ PATH: "/bin", BENCH_NODES: "20" })).toBe(true);
  expect(isWholeRun({ BENCH_CYCLES: "60" })).toBe(false);
  expect(isWholeRun({ SOAK_SECONDS: "20" })).toBe(false);
});

describe("a count", () => {
  test("is the whole, or what is asked for", () => {
    expect(countOf("BENCH_CYCLES", 60, {})).toBe(60);
    expect(countOf("BENCH_CYCLES", 60, { BENCH_CYCLES: "5" })).toBe(5);
  });

  test.each(["", "0", "-1", "1.5", "1e3", "abc", " 5", "9999999999"])("is no %j", (text) => {
    expect(() => countOf("BENCH_CYCLES", 60, { BENCH_CYCLES: text })).toThrow(
      "BENCH_CYCLES has to be a whole number above 0",
    );
  });
});

describe("parts", () => {
  const all = ["new", "known", "chains"] as const;

  test("are all, or those that are named, in their order", () => {
    expect(partsOf("BENCH_AXES", all, {})).toEqual(all);
    expect(partsOf("BENCH_AXES", all, { BENCH_AXES: "chains,new" })).toEqual(["new", "chains"]);
  });

  test.each(["", "known,typo", "known,"])("are none of %j", (text) => {
    expect(() => partsOf("BENCH_AXES", all, { BENCH_AXES: text })).toThrow(
      /only new, known, chains/,
    );
  });
});
