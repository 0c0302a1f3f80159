import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shareText } from "../src/share-text.js";

// That equal texts become one is seen in the memory of mandates: `known-mandate-memory.test.ts`.

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
