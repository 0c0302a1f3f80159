import { describe, expect, test } from "vitest";
import { IdFilter } from "../src/id-filter.js";
import { IdSegment } from "../src/id-segment.js";
import { printOfWords } from "../src/uuid-words.js";

const LATEST = Number.MAX_VALUE;
const SLOT_BYTES = 24;

/** An id whose word at a place is the given one, and all others 7. */
function id(value: number, place = 0): Uint32Array {
  const words = new Uint32Array(4).fill(7);
  words[place] = value;
  return words;
}

/** A segment in which all ids belong in one place, and how often it has hashed one to move it. */
function segmentOf(...ids: readonly Uint32Array[]) {
  return segmentWith(false, ...ids);
}

function segmentWith(marked: boolean, ...ids: readonly Uint32Array[]) {
  const moves = { count: 0 };
  const segment = new IdSegment(() => {
    moves.count += 1;
    return 0;
  });
  for (const words of ids) segment.set(words, 0, LATEST, marked, 1);
  return { segment, moves };
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 100);

test.each([0, 1, 2, 3])(
  "ids that differ in word %i alone are not taken for one another",
  (place) => {
    const { segment } = segmentOf();
    const ids = numbers(40).map((value) => id(value, place));
    for (const [at, words] of ids.entries()) {
      expect(segment.expiryOf(words, 0)).toBe(0);
      expect(segment.set(words, 0, 1_000 + at, false, 1)).toBe(true);
    }
    expect(ids.map((words) => segment.expiryOf(words, 0))).toEqual(ids.map((_, at) => 1_000 + at));
    expect(segment.size).toBe(40);
  },
);

test("a run of ids goes on at the beginning where it meets the end", () => {
  const last = 2 ** 32 - 1;
  const segment = new IdSegment(() => last);
  const ids = numbers(30).map((value) => id(value));
  for (const words of ids) segment.set(words, last, LATEST, false, 1);
  expect(ids.every((words) => segment.expiryOf(words, last) === LATEST)).toBe(true);
  expect(segment.expiryOf(id(99), last)).toBe(0);
});

describe("the size", () => {
  test.each([
    [0, 1],
    [1, 16],
    [12, 16],
    // Three quarters are full: twice as many as are live.
    [13, 24],
    [18, 24],
    [19, 36],
    [27, 36],
    [28, 54],
  ])("for %i entries there are %i slots", (count, slots) => {
    const { segment } = segmentOf(...numbers(count).map((value) => id(value)));
    expect(segment.bytes).toBe(slots * SLOT_BYTES);
    expect(segment.size).toBe(count);
  });

  test("fits what is live, the ended ones not included, where it is made anew", () => {
    const { segment } = segmentOf();
    for (const value of numbers(100)) segment.set(id(value), 0, value < 180 ? 50 : 60, false, 1);
    segment.sweep(50);
    expect(segment.size).toBe(20);
    expect(segment.bytes).toBe(40 * SLOT_BYTES);
    segment.sweep(60);
    expect(segment.bytes).toBe(16 * SLOT_BYTES);
  });
});

describe("a sweep", () => {
  test.each([
    ["without a mark", false],
    ["with one", true],
  ])("looks at nothing before the first entry can have ended, %s", (_, marked) => {
    const { segment, moves } = segmentWith(marked, ...numbers(5).map((value) => id(value)));
    segment.set(id(1), 0, 50, marked, 1);
    moves.count = 0;
    segment.sweep(49);
    expect(moves.count).toBe(0);
    segment.sweep(50);
    expect(moves.count).toBe(5);
    expect(segment.expiryOf(id(1), 0)).toBe(0);
    // Of those that are left, none ends soon.
    segment.sweep(1_000);
    expect(moves.count).toBe(5);
  });

  test("knows of one that was marked when it ends", () => {
    const { segment } = segmentOf();
    segment.set(id(1), 0, 50, true, 1);
    segment.set(id(2), 0, 70, true, 1);
    segment.sweep(50);
    expect(segment.size).toBe(1);
    segment.sweep(70);
    expect(segment.size).toBe(0);
  });
});

describe("a mark", () => {
  const unmarked = (segment: IdSegment, now: number) =>
    segment.unmarked(now).map(({ words, expiry }) => [words[0], expiry]);

  test("stays while the entry is live, and not beyond", () => {
    const { segment } = segmentOf();
    segment.set(id(1), 0, 50, true, 1);
    segment.set(id(1), 0, 60, false, 49);
    expect(unmarked(segment, 49)).toEqual([]);
    segment.set(id(1), 0, 70, false, 60);
    expect(unmarked(segment, 69)).toEqual([[1, 70]]);
    expect(unmarked(segment, 70)).toEqual([]);
  });

  test("is taken off all, of whatever number", () => {
    const { segment } = segmentOf();
    expect(unmarked(segment, 1)).toEqual([]);
    segment.unmark();
    for (const value of numbers(13)) segment.set(id(value), 0, 50, true, 1);
    segment.unmark();
    expect(unmarked(segment, 1)).toHaveLength(13);
    expect(unmarked(segmentOf().segment, 1)).toEqual([]);
  });
});

test("a filter is told of all that is held, marked or not, and of nothing else", () => {
  const { segment } = segmentOf();
  for (const value of numbers(12)) segment.set(id(value, 3), 0, LATEST, value % 2 === 0, 1);
  const filter = new IdFilter(12);
  const print = (value: number) => printOfWords(id(value, 3), 0);
  const none = new IdFilter(12);
  segmentOf().segment.addTo(none);
  segment.addTo(filter);
  expect(numbers(12).every((value) => filter.mayHold(print(value)))).toBe(true);
  expect(filter.mayHold(0)).toBe(false);
  expect(none.mayHold(0)).toBe(false);
});
