import { InMemoryRevocationStore } from "@caracalai/revocation";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

const DAY_MS = 86_400_000;

// The monotonic clock is the test's own; Date is left alone.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const passes = (ms: number): void => {
  vi.advanceTimersByTime(ms);
};

describe("options", () => {
  test.each<[string, unknown, string]>([
    ["an unknown name", { ttlMs: 5 }, 'Unknown option "ttlMs".'],
    ["an unknown name of value undefined", { max: undefined }, 'Unknown option "max".'],
    ["null", null, "The options must be an object."],
    ["a number", 5, "The options must be an object."],
    ...[0, -1, Number.NaN, Number.POSITIVE_INFINITY, "5", null].map(
      (ttl): [string, unknown, string] => [
        `defaultTtlMs ${ttl} (${typeof ttl})`,
        { defaultTtlMs: ttl },
        "defaultTtlMs must be a positive finite number of milliseconds.",
      ],
    ),
    ...[0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "5", null, 2 ** 24 + 1].map(
      (max): [string, unknown, string] => [
        `maxEntries ${max} (${typeof max})`,
        { maxEntries: max },
        "maxEntries must be a positive integer, at most 16777216 entries.",
      ],
    ),
  ])("%s: refused at construction", (_, options, message) => {
    expect(() => new InMemoryRevocationStore(options as object)).toThrow(new TypeError(message));
  });

  test("as many entries as a Map holds may be asked for", () => {
    expect(() => new InMemoryRevocationStore({ maxEntries: 2 ** 24 })).not.toThrow();
  });

  test("undefined means the default", () => {
    const store = new InMemoryRevocationStore({ defaultTtlMs: undefined, maxEntries: undefined });
    store.markRevoked("session");
    passes(DAY_MS - 1);
    expect(store.isRevoked("session")).toBe(true);
  });

  test("are captured at construction, and the caller's object is not changed", () => {
    const options = { defaultTtlMs: 1_000, maxEntries: 1 };
    const store = new InMemoryRevocationStore(Object.freeze({ ...options }));
    const changed = new InMemoryRevocationStore(options);
    options.defaultTtlMs = 1;
    options.maxEntries = 0;
    for (const it of [store, changed]) it.markRevoked("session");
    passes(999);
    for (const it of [store, changed]) expect(it.isRevoked("session")).toBe(true);
  });
});
