import { expect, test } from "vitest";
import { HeldEntries, type HeldEntry } from "../../src/consumer/held-entries.js";

const entry = (parts: Partial<HeldEntry> = {}): HeldEntry => {
  return { id: "1-0", consumer: "one", deliveries: 1, ...parts };
};
const at = (ms: number) => ({ sentAt: ms, answeredAt: ms + 10 });

test("an entry is due when the same consumer has held it for long between two looks", () => {
  const held = new HeldEntries();
  expect(held.look([entry()], at(0), 500)).toEqual([]);
  expect(held.look([entry()], at(509), 500)).toEqual([]);
  expect(held.look([entry()], at(510), 500)).toEqual([entry()]);
});

test.each([
  ["by another consumer", entry({ consumer: "two" })],
  ["once more by the same", entry({ deliveries: 2 })],
])("what was taken over %s begins anew", (_, taken) => {
  const held = new HeldEntries();
  held.look([entry()], at(0), 500);
  expect(held.look([taken], at(600), 500)).toEqual([]);
  expect(held.look([taken], at(1_109), 500)).toEqual([]);
  expect(held.look([taken], at(1_110), 500)).toEqual([taken]);
});

test("what was acknowledged meanwhile and what is new is not due", () => {
  const held = new HeldEntries();
  held.look([entry()], at(0), 500);
  held.look([], at(300), 500);
  const next = entry({ id: "2-0" });
  expect(held.look([entry(), next], at(600), 500)).toEqual([]);
  expect(held.look([entry(), next], at(1_110), 500)).toEqual([entry(), next]);
});

test("it tells since when the oldest is known to be held", () => {
  const held = new HeldEntries();
  expect(held.oldestSince).toBeUndefined();
  held.look([entry()], at(100), 500);
  held.look([entry(), entry({ id: "2-0" })], at(200), 500);
  expect(held.oldestSince).toBe(110);
  held.look([entry({ id: "2-0" })], at(300), 500);
  expect(held.oldestSince).toBe(210);
  held.look([], at(400), 500);
  expect(held.oldestSince).toBeUndefined();
});
