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

describe("an anchor's entry", () => {
  test("of TTL T is live while now < mark + T", () => {
    const store = new InMemoryRevocationStore();
    store.markRevoked("session", 1_000);
    expect(store.isRevoked("session")).toBe(true);
    passes(999);
    expect(store.isRevoked("session")).toBe(true);
    passes(1);
    expect(store.isRevoked("session")).toBe(false);
  });

  test("lives 24 hours by default", () => {
    const store = new InMemoryRevocationStore();
    store.markRevoked("session");
    passes(DAY_MS - 1);
    expect(store.isRevoked("session")).toBe(true);
    passes(1);
    expect(store.isRevoked("session")).toBe(false);
  });

  test("lives defaultTtlMs where that is set, and `undefined` means the default", () => {
    const store = new InMemoryRevocationStore({ defaultTtlMs: 50 });
    store.markRevoked("session", undefined);
    passes(49);
    expect(store.isRevoked("session")).toBe(true);
    passes(1);
    expect(store.isRevoked("session")).toBe(false);
  });

  test("is extended from the time of the mark, never shortened", () => {
    const store = new InMemoryRevocationStore();
    store.markRevoked("session", 1_000);
    passes(500);
    store.markRevoked("session", 400);
    passes(499);
    expect(store.isRevoked("session")).toBe(true);
    store.markRevoked("session", 10);
    passes(9);
    expect(store.isRevoked("session")).toBe(true);
    passes(1);
    expect(store.isRevoked("session")).toBe(false);
  });

  test("of the longest finite TTL is taken", () => {
    const store = new InMemoryRevocationStore();
    store.markRevoked("session", Number.MAX_VALUE);
    passes(1_000 * DAY_MS);
    expect(store.isRevoked("session")).toBe(true);
  });
});

describe("a zone's epoch", () => {
  test("lives as long as its TTL, and then is 0 again", () => {
    const store = new InMemoryRevocationStore({ defaultTtlMs: 1_000 });
    store.markDelegationEpoch("zone", 7);
    passes(999);
    expect(store.currentDelegationEpoch("zone")).toBe(7);
    passes(1);
    expect(store.currentDelegationEpoch("zone")).toBe(0);
    store.markDelegationEpoch("zone", 2);
    expect(store.currentDelegationEpoch("zone")).toBe(2);
  });

  test.each([
    ["a higher one with a shorter TTL", 6, 10, 6, 1_000],
    ["a higher one with a longer TTL", 6, 2_000, 6, 2_000],
    ["the same with a shorter TTL", 5, 10, 5, 1_000],
    ["the same with a longer TTL", 5, 2_000, 5, 2_000],
    ["a lower one with a shorter TTL", 4, 10, 5, 1_000],
    ["a lower one with a longer TTL", 4, 2_000, 5, 2_000],
    ["0 with a longer TTL", 0, 2_000, 5, 2_000],
  ])("after %s", (_, epoch, ttlMs, kept, livesMs) => {
    const store = new InMemoryRevocationStore();
    store.markDelegationEpoch("zone", 5, 1_000);
    store.markDelegationEpoch("zone", epoch, ttlMs);
    passes(livesMs - 1);
    expect(store.currentDelegationEpoch("zone")).toBe(kept);
    passes(1);
    expect(store.currentDelegationEpoch("zone")).toBe(0);
  });
});

describe("size", () => {
  test("counts live anchors, and nothing else", () => {
    const store = new InMemoryRevocationStore();
    expect(store.size).toBe(0);
    store.markRevoked("a", 100);
    store.markRevoked("a", 200);
    store.markRevoked("b", 500);
    store.markDelegationEpoch("zone", 1);
    store.isRevoked("c");
    expect(store.size).toBe(2);
    passes(200);
    expect(store.size).toBe(1);
    passes(300);
    expect(store.size).toBe(0);
  });
});

describe("a name that is none", () => {
  const store = new InMemoryRevocationStore();
  const nothing = [undefined, null, "", 7, {}];

  test.each(nothing)(
    "%j is refused where it is asked for, and not answered with false",
    (value) => {
      const name = value as string;
      expect(() => store.isRevoked(name)).toThrow(
        new TypeError("anchor must be a non-empty string."),
      );
      expect(() => store.currentDelegationEpoch(name)).toThrow(
        new TypeError("zoneId must be a non-empty string."),
      );
      expect(() => store.check({ anchors: ["session", name] })).toThrow(TypeError);
    },
  );

  test.each(nothing)("%j is refused where it is marked, by the argument's name", (value) => {
    const name = value as string;
    expect(() => store.markRevoked(name)).toThrow(
      new TypeError("anchor must be a non-empty string."),
    );
    expect(() => store.markDelegationEpoch(name, 1)).toThrow(
      new TypeError("zoneId must be a non-empty string."),
    );
  });
});
