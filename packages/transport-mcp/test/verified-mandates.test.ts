import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { Principal } from "../src/principal.js";
import { type KnownMandate, VerifiedMandates } from "../src/verified-mandates.js";
import type { VerifiedMandatesLimits } from "../src/verified-mandates-limits.js";
import { Seeded } from "./support/seeded.js";

const ROOMY = 2 ** 30;

/** As much of a known mandate as is looked at here. */
function knownOf(
  lists: Partial<Record<"scopes" | "targets" | "aud" | "path" | "chain", number>> = {},
) {
  const items = (count = 0) => Array.from({ length: count }, () => "a");
  const mandate = {
    aud: items(lists.aud),
    delegation_path: lists.path === undefined ? undefined : items(lists.path),
    delegation_chain: lists.chain === undefined ? undefined : items(lists.chain),
  };
  const [scopes, targets] = [items(lists.scopes), items(lists.targets)];
  const principal = { scopes, targets, mandate } as unknown as Principal;
  return { principal, key: {}, kid: "kid" } satisfies KnownMandate;
}

function cacheOf(limits: Partial<VerifiedMandatesLimits>): VerifiedMandates {
  return new VerifiedMandates({
    maxEntries: 1_000,
    maxBytes: ROOMY,
    maxSignatures: 4,
    ...limits,
  });
}

/** Which of these are there. Asking counts as use. */
function kept(cache: VerifiedMandates, digests: readonly string[]): string[] {
  return digests.filter((digest) => cache.get(digest) !== undefined);
}

test("what is gone is held by nothing", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const cache = cacheOf({});
  const gone: WeakRef<KnownMandate>[] = [];
  const add = (each: number) => {
    cache.set(`${each}`, knownOf(), 100);
    const entry = cache.get(`${each}`);
    if (entry !== undefined) gone.push(new WeakRef(entry));
  };
  // All come while there is room for more, and go later.
  for (let each = 0; each < 5_000; each += 1) {
    add(each);
    cache.delete(`${each - 500}`);
  }
  // What a WeakRef was made of lives until the turn is over.
  await new Promise(setImmediate);
  collect();
  expect(gone.filter((entry) => entry.deref() !== undefined)).toHaveLength(500);
  expect(cache.get("4999")).toBeDefined();
});

test("what was put in comes out, and nothing else", () => {
  const cache = cacheOf({});
  const known = knownOf();
  expect(cache.get("a")).toBeUndefined();
  cache.set("a", known, 100);
  expect(cache.get("a")).toMatchObject(known);
  expect(cache.get("a")?.principal).toBe(known.principal);
  expect(cache.get("b")).toBeUndefined();
  cache.delete("b");
  cache.delete("a");
  expect(cache.get("a")).toBeUndefined();
});

describe("the digest", () => {
  const digest = (token: string) => cacheOf({}).digest(token);

  test("is SHA-256 of the whole token", () => {
    const token = `${"a".repeat(16_383)}b`;
    const expected = createHash("sha256").update(token).digest("binary");
    expect(digest(token)).toBe(expected);
    expect(digest(`${token.slice(1)}b`)).not.toBe(expected);
  });

  test("there is none of what is no token anyway, and none where nothing is remembered", () => {
    expect(digest("a".repeat(16_384))).toBeDefined();
    expect(digest("a".repeat(16_385))).toBeUndefined();
    expect(cacheOf({ maxEntries: 0 }).digest("a")).toBeUndefined();
  });
});

describe("entries", () => {
  test("are no more than there may be: without use, the first goes first", () => {
    const cache = cacheOf({ maxEntries: 3 });
    for (const digest of "abcde") cache.set(digest, knownOf(), 1);
    expect(kept(cache, [..."abcde"])).toEqual(["c", "d", "e"]);
  });

  test("in use stay, while others come once", () => {
    const cache = cacheOf({ maxEntries: 3 });
    cache.set("a", knownOf(), 1);
    for (let once = 0; once < 100; once += 1) {
      expect(kept(cache, ["a"])).toEqual(["a"]);
      cache.set(`once ${once}`, knownOf(), 1);
    }
  });

  test("in use are passed by once, and then only where they were used again", () => {
    const cache = cacheOf({ maxEntries: 3 });
    for (const digest of "abc") cache.set(digest, knownOf(), 1);
    expect(kept(cache, ["a"])).toEqual(["a"]);
    for (const digest of "def") cache.set(digest, knownOf(), 1);
    expect(kept(cache, [..."abcdef"])).toEqual(["d", "e", "f"]);
  });

  test("in use go as well, where all are", () => {
    const cache = cacheOf({ maxEntries: 2 });
    for (const digest of "abcdef") {
      cache.set(digest, knownOf(), 1);
      expect(kept(cache, [digest])).toEqual([digest]);
    }
    expect(kept(cache, [..."abcdef"])).toHaveLength(2);
  });

  test("one at the most", () => {
    const cache = cacheOf({ maxEntries: 1 });
    for (const digest of "abab") {
      cache.set(digest, knownOf(), 1);
      expect(kept(cache, ["a", "b"])).toEqual([digest]);
    }
  });

  test("are passed by 32 times at the most before one goes", () => {
    const digests = Array.from({ length: 100 }, (_, index) => `used ${index}`);
    const cache = cacheOf({ maxEntries: digests.length });
    for (const digest of digests) cache.set(digest, knownOf(), 1);
    kept(cache, digests);
    cache.set("new", knownOf(), 1);
    expect(kept(cache, digests)).toEqual(digests.filter((digest) => digest !== "used 32"));
  });

  test("that come again take the place of themselves", () => {
    const cache = cacheOf({ maxEntries: 2, maxBytes: 400 });
    cache.set("a", knownOf(), 100);
    const again = knownOf();
    for (let time = 0; time < 9; time += 1) cache.set("b", again, 100);
    expect(kept(cache, ["a", "b"])).toEqual(["a", "b"]);
    expect(cache.get("b")?.principal).toBe(again.principal);
  });
});

describe("bytes", () => {
  test("are 1.5 for each character of a token", () => {
    const cache = cacheOf({ maxBytes: 300 });
    for (const digest of "abc") cache.set(digest, knownOf(), 100);
    expect(kept(cache, [..."abc"])).toEqual(["b", "c"]);
    cache.set("d", knownOf(), 101);
    expect(kept(cache, [..."bcd"])).toEqual(["d"]);
  });

  test.each(["scopes", "targets", "aud", "path", "chain"])("are 40 more for each of %s", (list) => {
    const cache = cacheOf({ maxBytes: 300 });
    cache.set("a", knownOf({ [list]: 3 }), 120);
    expect(kept(cache, ["a"])).toEqual(["a"]);
    cache.set("b", knownOf({ [list]: 4 }), 120);
    expect(kept(cache, ["a", "b"])).toEqual(["a"]);
    cache.delete("a");
    cache.set("b", knownOf({ [list]: 4 }), 93);
    expect(kept(cache, ["b"])).toEqual(["b"]);
  });

  test("one mandate that needs more than all is not remembered, nor its former self", () => {
    const cache = cacheOf({ maxBytes: 300 });
    cache.set("a", knownOf(), 100);
    cache.set("b", knownOf(), 201);
    expect(kept(cache, ["a", "b"])).toEqual(["a"]);
    cache.set("a", knownOf(), 201);
    expect(kept(cache, ["a"])).toEqual([]);
  });

  test("are free again when an entry is gone", () => {
    const cache = cacheOf({ maxBytes: 300 });
    for (let time = 0; time < 9; time += 1) {
      cache.set("a", knownOf(), 100);
      cache.set("b", knownOf(), 100);
      expect(kept(cache, ["a", "b"])).toEqual(["a", "b"]);
      cache.delete("a");
      cache.delete("b");
    }
  });
});

test("whatever is done, the limits hold and an answer is what was put in last", () => {
  const random = new Seeded(7);
  const digests = Array.from({ length: 20 }, (_, index) => String(index));
  for (let round = 0; round < 50; round += 1) {
    const limits = { maxEntries: 1 + random.below(12), maxBytes: 180 + random.below(2_000) };
    const cache = cacheOf(limits);
    const last = new Map<string, readonly [KnownMandate, number]>();
    for (let step = 0; step < 300; step += 1) {
      const digest = random.oneOf(digests);
      const choice = random.below(10);
      if (choice === 0) cache.delete(digest);
      if (choice === 0) last.delete(digest);
      if (choice > 4) {
        const entry = [knownOf(), random.below(120)] as const;
        cache.set(digest, ...entry);
        last.set(digest, entry);
        expect(kept(cache, [digest])).toEqual([digest]);
      } else if (cache.get(digest) !== undefined) {
        expect(cache.get(digest)?.principal).toBe(last.get(digest)?.[0].principal);
      }
    }
    const left = kept(cache, digests);
    const bytes = left.reduce((sum, digest) => sum + 1.5 * (last.get(digest)?.[1] ?? 0), 0);
    expect(left.length).toBeLessThanOrEqual(limits.maxEntries);
    expect(bytes).toBeLessThanOrEqual(limits.maxBytes);
  }
});
