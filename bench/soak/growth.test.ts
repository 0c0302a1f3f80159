import { expect, test } from "vitest";
import { growthOf } from "./growth.js";

const numbers = (count: number, of: (at: number) => number) =>
  Array.from({ length: count }, (_, at) => of(at));

test("what fills up and stays is no growth, and what goes on is", () => {
  expect(growthOf(numbers(60, (at) => Math.min(at, 15)))).toBe(0);
  expect(growthOf(numbers(60, (at) => 100 + (at % 2)))).toBeCloseTo(0, 2);
  expect(growthOf(numbers(60, (at) => 100 + at))).toBeGreaterThan(0.1);
});
