import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { IdFilter } from "../src/id-filter.js";
import { printOf, printOfWords, readUuid } from "../src/uuid-words.js";

const prints = (count: number): number[] =>
  Array.from({ length: count }, () => printOf(randomUUID()));

test("the bits of a text are those of its words", () => {
  const words = new Uint32Array(6);
  for (let turn = 0; turn < 100; turn += 1) {
    const uuid = randomUUID();
    readUuid(uuid, words.subarray(2));
    expect(printOfWords(words, 2)).toBe(printOf(uuid));
  }
  expect(printOf("0000abcd-0000-0000-0000-00000000ef01")).toBe(0xabcdef01 | 0);
});

test.each([0, 1, 1_000, 50_000])("made for %d, it knows what was added", (count) => {
  const filter = new IdFilter(count);
  const added = prints(count);
  for (const print of added) filter.add(print);
  expect(added.every((print) => filter.mayHold(print))).toBe(true);
  // With bits for eight times as many, it takes at most an eighth of the others for one of them.
  const taken = prints(10_000).filter((print) => filter.mayHold(print)).length;
  expect(taken).toBeLessThan(1_500);
});

describe("a filter made for 1,000", () => {
  test("takes a byte or two for each", () => {
    expect(new IdFilter(1_000).bytes).toBe(1_024);
    expect(new IdFilter(1_025).bytes).toBe(2_048);
    expect(new IdFilter(0).bytes).toBe(128);
  });

  test("has room until it holds a quarter of its bits", () => {
    const filter = new IdFilter(1_000);
    expect(filter.room).toBe(2_048);
    for (const print of prints(2_047)) filter.add(print);
    expect(filter.room).toBe(1);
  });
});
