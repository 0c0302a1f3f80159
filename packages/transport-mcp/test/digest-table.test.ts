import { expect, test } from "vitest";
import { type Digested, DigestTable } from "../src/digest-table.js";
import { Seeded } from "./support/seeded.js";

class Item implements Digested<Item> {
  readonly digest: string;
  next: Item | undefined = undefined;

  constructor(digest: string) {
    this.digest = digest;
  }
}

/** Digests that share buckets: their first four characters are few. */
const digests = Array.from({ length: 200 }, (_, at) =>
  String.fromCharCode(at % 7, at % 3, 0xff, 0xff, at).padEnd(32, "."),
);

test("whatever is added and removed, it behaves like a map", () => {
  const random = new Seeded(11);
  for (let round = 0; round < 20; round += 1) {
    const table = new DigestTable<Item>();
    const model = new Map<string, Item>();
    for (let step = 0; step < 1_000; step += 1) {
      const digest = random.oneOf(digests);
      const known = model.get(digest);
      if (known === undefined) {
        const item = new Item(digest);
        table.add(item);
        model.set(digest, item);
      } else if (random.below(3) > 0) {
        table.remove(known);
        model.delete(digest);
        expect(known.next).toBeUndefined();
      }
      expect(table.size).toBe(model.size);
    }
    for (const digest of digests) expect(table.get(digest)).toBe(model.get(digest));
  }
});

test("digests that differ anywhere are told apart, however many there are", () => {
  const random = new Seeded(12);
  const table = new DigestTable<Item>();
  const items = Array.from({ length: 5_000 }, () => {
    const bytes = Array.from({ length: 32 }, () => random.below(256));
    return new Item(String.fromCharCode(...bytes));
  });
  for (const item of items) table.add(item);
  expect(items.every((item) => table.get(item.digest) === item)).toBe(true);
  const last = (digest: string) => (digest.endsWith("a") ? "b" : "a");
  const others = items.map(({ digest }) => `${digest.slice(0, 31)}${last(digest)}`);
  expect(others.some((digest) => table.get(digest) !== undefined)).toBe(false);
});

test("a few share a bucket, however many there are", () => {
  const random = new Seeded(14);
  const table = new DigestTable<Item>();
  const items = Array.from({ length: 5_000 }, () => {
    const bytes = Array.from({ length: 4 }, () => random.below(256));
    return new Item(String.fromCharCode(...bytes).padEnd(32, "."));
  });
  let longest = 0;
  for (const item of items) {
    table.add(item);
    let length = 0;
    for (let each: Item | undefined = item; each !== undefined; each = each.next) length += 1;
    longest = Math.max(longest, length);
  }
  expect(longest).toBeLessThan(12);
});
