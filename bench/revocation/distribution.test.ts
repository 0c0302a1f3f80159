import { expect, test } from "vitest";
import { distributionOf } from "./distribution.js";

test("percentiles are values that were seen", () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(distributionOf(hundred)).toEqual({ count: 100, p50: 50, p99: 99, max: 100 });
  expect(distributionOf([7])).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
  expect(distributionOf([3, 1, 2])).toEqual({ count: 3, p50: 2, p99: 3, max: 3 });
  expect(() => distributionOf([])).toThrow(RangeError);
});
