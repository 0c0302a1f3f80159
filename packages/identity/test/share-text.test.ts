import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shareText } from "../src/share-text.js";
import { bytesOf } from "./support/heap.js";

const ROUNDS = 400;

/** Bytes for each of many texts, the same ones again and again, each of them parsed anew. */
function bytesEach(texts: readonly string[]): number {
  const json = JSON.stringify(texts);
  const parseAll = () =>
    Array.from({ length: ROUNDS }, () => (JSON.parse(json) as string[]).map(shareText));
  return bytesOf(parseAll) / (ROUNDS * texts.length);
}

/** Texts of a length that differ in one character, counted from the end. */
const textsOf = (length: number, place = 1) =>
  Array.from({ length: 64 }, (_, at) =>
    String.fromCharCode(0x30 + at)
      .padEnd(place, "x")
      .padStart(length, "x"),
  );

// A text in memory is 16 bytes and its characters, and what holds it takes 8.
test.each([
  ["11 characters", textsOf(11)],
  ["64 characters", textsOf(64)],
  ["unlike in the last but one", textsOf(36, 2)],
  ["unlike in the last but two", textsOf(36, 3)],
  ["unlike in the last but three", textsOf(36, 4)],
])("equal texts become one: %s", (_, texts) => {
  expect(bytesEach(texts)).toBeLessThan(16);
});

test("longer ones are not held on to", () => {
  expect(bytesEach(textsOf(65))).toBeGreaterThan(64);
});

test("what comes out equals what went in, whatever came before", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
      expect(shareText(text)).toBe(text);
      expect(shareText(`${text} and more`)).toBe(`${text} and more`);
      expect(shareText(text)).toBe(text);
    }),
  );
});

test("texts that fall on one place are not taken for one another", () => {
  const uuid = randomUUID();
  const alike = Array.from({ length: 50 }, (_, at) => `${at + 10}${uuid.slice(2)}`);
  for (const text of [...alike, ...alike]) expect(shareText(text)).toBe(text);
});
