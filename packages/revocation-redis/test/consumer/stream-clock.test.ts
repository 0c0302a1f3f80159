import { expect, test } from "vitest";
import { StreamClock } from "../../src/consumer/stream-clock.js";

test("an entry was not there yet at the last read that had found a lower id", () => {
  const clock = new StreamClock();
  clock.note("100-0", 1_000);
  clock.note("100-5", 1_100);
  clock.note("200-0", 1_200);
  expect(clock.notYetAt("100-5")).toBe(1_000);
  expect(clock.notYetAt("100-6")).toBe(1_100);
  expect(clock.notYetAt("200-1")).toBe(1_200);
  expect(clock.notYetAt("9007199254740993-1")).toBe(1_200);
});

test("of what was there at the first read, nothing is known", () => {
  const clock = new StreamClock();
  expect(clock.notYetAt("1-0")).toBe(Number.NEGATIVE_INFINITY);
  clock.note("100-0", 1_000);
  expect(clock.notYetAt("100-0")).toBe(Number.NEGATIVE_INFINITY);
});

test("reads that follow close upon one another make an entry look older, never younger", () => {
  const clock = new StreamClock();
  for (let at = 0; at <= 100; at += 1) clock.note(`${at}-0`, at);
  for (let id = 1; id <= 100; id += 1) {
    const at = clock.notYetAt(`${id}-0`);
    expect(at).toBeLessThan(id);
    expect(at).toBeGreaterThanOrEqual(id - 21);
  }
});

test("what is long past is forgotten: such an entry is too old in any case", () => {
  const clock = new StreamClock();
  clock.note("1-0", 0);
  clock.note("2-0", 5_000);
  expect(clock.notYetAt("2-0")).toBe(Number.NEGATIVE_INFINITY);
  expect(clock.notYetAt("3-0")).toBe(5_000);
});

test("where ids went back, an entry came after the last read that shows so", () => {
  const clock = new StreamClock();
  clock.note("500-0", 1_000);
  clock.note("300-0", 1_100);
  expect(clock.notYetAt("400-0")).toBe(1_100);
});
