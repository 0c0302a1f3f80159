import { expect, test } from "vitest";
import { turnOrder } from "../shared/turn-order.js";

test.each([1, 2, 3, 4, 9, 10])("of %d, each comes equally often behind each other", (count) => {
  const followed = new Map<string, number>();
  const firsts = new Array<number>(count).fill(0);
  for (let cycle = 0; cycle < 2 * count; cycle += 1) {
    const order = turnOrder(count, cycle);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, at) => at));
    firsts[order[0] ?? 0] = (firsts[order[0] ?? 0] ?? 0) + 1;
    for (let at = 1; at < count; at += 1) {
      const pair = `${order[at - 1]} ${order[at]}`;
      followed.set(pair, (followed.get(pair) ?? 0) + 1);
    }
  }
  expect(firsts).toEqual(new Array(count).fill(2));
  expect(followed.size).toBe(count * (count - 1));
  expect([...followed.values()].every((times) => times === 2)).toBe(true);
});
