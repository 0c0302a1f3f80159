import { median } from "../shared/median.js";

/**
 * By how much the last third of numbers is more than the third before, as a share: what fills up at
 * the start and stays is no growth.
 */
export function growthOf(numbers: readonly number[]): number {
  const third = Math.floor(numbers.length / 3);
  const [middle, last] = [numbers.slice(-2 * third, -third), numbers.slice(-third)];
  return median(last) / median(middle) - 1;
}
