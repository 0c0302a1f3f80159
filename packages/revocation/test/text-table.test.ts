import { expect, test } from "vitest";
import { TextTable } from "../src/text-table.js";

const tableOf = (count: number, expiry: number): TextTable<number> => {
  const table = new TextTable<number>((entry) => entry);
  for (let at = 0; at < count; at += 1) table.set(`text-${at}`, expiry, false, 1);
  return table;
};

test("what has ended is looked for when there are 1,024, and then at twice as many as are left", () => {
  const table = tableOf(1_023, 10);
  table.set("live", 1_000, false, 10);
  expect(table.size).toBe(1_024);
  table.set("one more", 1_000, false, 10);
  expect(table.size).toBe(2);
  expect(table.length).toBe("live".length + "one more".length);

  const large = tableOf(2_000, 1_000);
  expect(large.size).toBe(2_000);
  for (let at = 0; at < 2_048 - 2_000; at += 1) large.set(`other-${at}`, 20, false, 1);
  large.set("one more", 1_000, false, 20);
  // At 1,024 nothing had ended: the next look is at 2,048.
  expect(large.size).toBe(2_001);
});

test("a mark counts while its entry is live", () => {
  const table = new TextTable<number>((entry) => entry);
  table.set("a", 10, true, 1);
  table.set("b", 10, false, 1);
  expect([table.isMarked("a", 9), table.isMarked("a", 10)]).toEqual([true, false]);
  expect([table.isMarked("b", 9), table.isMarked("c", 9)]).toEqual([false, false]);
  expect([...table.unmarked(9)]).toEqual([["b", 10]]);
  expect([...table.unmarked(10)]).toEqual([]);
  table.set("a", 20, false, 9);
  expect(table.isMarked("a", 9)).toBe(false);
});

test("an entry that was dropped leaves no mark to the next of its name", () => {
  const table = new TextTable<number>((entry) => entry);
  table.set("a", 10, true, 1);
  table.sweep(9);
  expect(table.find("a")).toBe(10);
  table.sweep(10);
  expect([table.find("a"), table.has("a"), table.length]).toEqual([undefined, false, 0]);
  table.set("a", 20, false, 10);
  expect([...table.unmarked(10)]).toEqual([["a", 20]]);
});
