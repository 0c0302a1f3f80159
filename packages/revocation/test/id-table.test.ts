import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createIdHash } from "../src/id-hash.js";
import { IdSegment } from "../src/id-segment.js";
import { IdTable } from "../src/id-table.js";
import { printOfWords } from "../src/uuid-words.js";
import { runs } from "./support/runs.js";

const LATEST = Number.MAX_VALUE;
const keysOf = (...keys: number[]): Uint32Array => Uint32Array.from(keys);

const id = (...words: number[]): Uint32Array =>
  Uint32Array.from({ length: 4 }, (_, index) => words[index] ?? 0);

/** Ids that look random, the same ones each time. */
function manyIds(count: number): Uint32Array[] {
  const spread = createIdHash(keysOf(99));
  return Array.from({ length: count }, (_, index) =>
    Uint32Array.from({ length: 4 }, (_unused, word) => spread(id(index, word), 0)),
  );
}

test("the hash is MurmurHash3 of 32 bits, of words that were changed by a secret each", () => {
  // Of the words as little-endian bytes, by another implementation.
  expect(createIdHash(keysOf(0))(id(0, 0, 0, 0), 0)).toBe(2_167_721_464);
  expect(createIdHash(keysOf(1))(Uint32Array.of(9, 1, 2, 3, 4), 1)).toBe(608_378_727);
  const changed = createIdHash(keysOf(1, 0x80000000, 0xf0f0f0f0, 3, 4));
  expect(changed(id(0x80000001, 0xf0f0f0f2, 0, 0), 0)).toBe(608_378_727);
});

type Step =
  | { readonly do: "set"; readonly key: number; readonly ttl: number; readonly marked: boolean }
  | { readonly do: "pass"; readonly time: number }
  | { readonly do: "sweep" | "sweepSome" | "unmark" };

const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("set" as const),
        key: fc.nat({ max: 120 }),
        ttl: fc.integer({ min: 1, max: 60 }),
        marked: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("sweep", "sweepSome", "unmark") }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 400, size: "max" },
);

/** What a table does, done with a Map. */
class Model {
  readonly entries = new Map<number, { deadline: number; marked: boolean }>();
  now = 1;

  take(step: Step): void {
    if (step.do === "pass") this.now += step.time;
    if (step.do === "unmark") for (const entry of this.entries.values()) entry.marked = false;
    if (step.do !== "set") return;
    const known = this.live(step.key);
    const marked = step.marked || known?.marked === true;
    this.entries.set(step.key, { deadline: this.now + step.ttl, marked });
  }

  live(key: number): { deadline: number; marked: boolean } | undefined {
    const entry = this.entries.get(key);
    return entry !== undefined && entry.deadline > this.now ? entry : undefined;
  }

  unmarked(): number[] {
    return [...this.entries.keys()].filter((key) => this.live(key)?.marked === false);
  }
}

describe("a table behaves like a map", () => {
  // The second puts all ids into one run of slots, the third keeps them in eight segments.
  test.each([
    ["with spread ids", 1_000, (key: number) => id(key * 2_654_435_761, key)],
    ["with ids that differ in one word only", 1_000, (key: number) => id(7, 7, key, 7)],
    ["in many segments", 32_000, (key: number) => id(key)],
  ])("%s", (_, maxEntries, idOf) => {
    const property = fc.property(steps, fc.nat(), (all, seed) => {
      const model = new Model();
      const table = new IdTable(maxEntries, keysOf(seed, seed ^ 1, seed ^ 2, 3, 4));
      for (const step of all) {
        if (step.do === "set") {
          table.set(idOf(step.key), model.now + step.ttl, step.marked, model.now);
        } else if (step.do === "unmark") table.unmark();
        else if (step.do !== "pass") table[step.do](model.now);
        model.take(step);
      }
      expectSame(table, model, idOf);
    });
    fc.assert(property, runs(300));
  });
});

function expectSame(table: IdTable, model: Model, idOf: (key: number) => Uint32Array): void {
  let live = 0;
  for (let key = 0; key <= 121; key += 1) {
    const deadline = table.expiryOf(idOf(key));
    const expected = model.live(key)?.deadline;
    if (expected !== undefined) {
      live += 1;
      expect(table.mayHold(printOfWords(idOf(key), 0))).toBe(true);
    }
    expect(deadline > model.now ? deadline : undefined).toBe(expected);
  }
  const texts = [...table.unmarked(model.now)].map(({ words }) => words.join());
  expect(texts.sort()).toEqual(
    model
      .unmarked()
      .map((key) => idOf(key).join())
      .sort(),
  );
  expect(table.size).toBeGreaterThanOrEqual(live);
  table.sweep(model.now);
  expect(table.size).toBe(live);
}

describe("the bytes of a table", () => {
  test("are those of its segments and its filter", () => {
    // 16 segments of one slot each, and a filter of 1,024 bits.
    expect(new IdTable(50_000).bytes).toBe(16 * 24 + 128);
    expect(new IdTable(4_096).bytes).toBe(24 + 128);
    expect(new IdTable(4_097).bytes).toBe(2 * 24 + 128);
    expect(new IdTable(1).bytes).toBe(24 + 128);
    expect(new IdTable(100_000_000).bytes).toBe(4_096 * 24 + 128);
  });

  test("are, while a new filter is made, those of both", () => {
    const table = new IdTable(50_000, keysOf(1, 2, 3, 4, 5));
    const sizes = manyIds(272).map((words) => {
      table.set(words, LATEST, false, 1);
      // Segments take 24 bytes a slot.
      return table.bytes % 24;
    });
    // One bit in four of 1,024 is used: for so many, the new one has 2,048. Segment by segment it is made.
    expect(sizes.slice(0, 255)).toEqual(Array(255).fill(128 % 24));
    expect(sizes.slice(255, 270)).toEqual(Array(15).fill((128 + 256) % 24));
    expect(sizes.slice(270)).toEqual(Array(2).fill(256 % 24));
  });
});

describe("a table of many entries", () => {
  const ids = manyIds(60_000);

  test("holds them all, and no others", () => {
    const table = new IdTable(100_000);
    for (const words of ids) table.set(words, LATEST, false, 1);
    expect(table.size).toBe(ids.length);
    expect(ids.every((words) => table.expiryOf(words) === LATEST)).toBe(true);
    expect(
      manyIds(120_000)
        .slice(60_000)
        .some((words) => table.expiryOf(words) > 0),
    ).toBe(false);
  });

  test("takes at most 64 bytes for each, at every size on the way", () => {
    const table = new IdTable(100_000);
    let most = 0;
    for (const [index, words] of ids.entries()) {
      table.set(words, LATEST, false, 1);
      if (index > 5_000) most = Math.max(most, table.bytes / table.size);
    }
    expect(most).toBeLessThanOrEqual(64);
  });

  test("grows in small steps, and tells most others from what it holds on the way", () => {
    const table = new IdTable(100_000);
    const others = manyIds(60_500).slice(60_000);
    const mayHold = (words: Uint32Array) => table.mayHold(printOfWords(words, 0));
    let bytes = table.bytes;
    let tooLarge = 0;
    for (const [index, words] of ids.entries()) {
      table.set(words, LATEST, false, 1);
      // A segment that grows, and a new filter for all: a byte or two for each.
      if (table.bytes - bytes >= 24 * 4_096 + 2 * table.size) tooLarge += 1;
      bytes = table.bytes;
      if (index % 10_000 !== 9_999) continue;
      expect(ids.slice(0, index + 1).every(mayHold)).toBe(true);
      expect(others.filter(mayHold).length).toBeLessThan(others.length / 3);
    }
    expect(tooLarge).toBe(0);
  });

  test("forgets in its filter too what has ended", () => {
    const table = new IdTable(100_000);
    const others = manyIds(60_500).slice(60_000);
    for (const [now, words] of ids.entries()) table.set(words, now + 2_000, false, now + 1);
    expect(others.filter((words) => table.mayHold(printOfWords(words, 0))).length).toBeLessThan(
      others.length / 3,
    );
    expect(table.bytes).toBeLessThan(3_000 * 64 * 3);
  });

  test("makes room by as little as it takes", () => {
    const table = new IdTable(100_000);
    for (const [index, words] of ids.entries()) table.set(words, 10 + index, false, 1);
    expect(table.makeRoom(9)).toBe(false);
    expect(table.size).toBe(ids.length);
    expect(table.makeRoom(10)).toBe(true);
    expect(table.size).toBe(ids.length - 1);
    expect(table.makeRoom(30_000)).toBe(true);
    // Of 32 segments one was swept.
    expect(table.size).toBeGreaterThan(ids.length - 1 - 2_000);
  });

  test("gives back the room of those that have ended, bit by bit", () => {
    const table = new IdTable(100_000);
    for (const words of ids) table.set(words, 10, false, 1);
    const full = table.bytes;
    for (let segments = 0; segments < 32; segments += 1) table.sweepSome(10);
    expect(table.size).toBe(0);
    expect(table.bytes).toBeLessThan(full / 100);
  });

  test("gives back its filter with the last entry, and the one that is being made", () => {
    const table = new IdTable(100_000, keysOf(1, 2, 3, 4, 5));
    const mayHold = (words: Uint32Array) => table.mayHold(printOfWords(words, 0));
    const empty = table.bytes;
    // With 256 of them a filter is crowded, and 32 more are set until another one has its place.
    const some = ids.slice(0, 260);
    for (const [index, words] of some.entries()) table.set(words, index < 259 ? 10 : 20, false, 1);
    table.sweep(10);
    expect(some.every(mayHold)).toBe(true);
    table.sweep(20);
    expect(some.some(mayHold)).toBe(false);
    // Each segment has a slot at first, and 16 when it was used.
    expect(table.bytes).toBe(empty + 32 * 15 * 24);
    for (const words of ids) table.set(words, LATEST, false, 20);
    expect(ids.every(mayHold)).toBe(true);
  });

  test("stays of one size while as many end as come", () => {
    const table = new IdTable(100_000);
    const sizes: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      for (const [index, words] of ids.entries()) {
        const now = 1 + round * ids.length + index;
        words[3] = (words[3] as number) + 1;
        table.set(words, now + 3_000, false, now);
      }
      sizes.push(table.bytes);
    }
    expect(Math.max(...sizes)).toBeLessThan(3_000 * 64 * 4);
    expect(sizes.at(-1)).toBeLessThanOrEqual(2 * (sizes[1] as number));
  });
});

test("a segment that was crowded with ended entries finds as fast as a new one", () => {
  // Entries are hashed when they are moved.
  let moved = 0;
  const segment = new IdSegment(() => {
    moved += 1;
    return 0;
  });
  for (let now = 1; now <= 1_000; now += 1) segment.set(id(now), 0, now + 2, false, now);
  expect(segment.size).toBeLessThanOrEqual(12);
  expect(moved).toBeLessThan(1_000);
});
