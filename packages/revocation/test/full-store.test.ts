import { InMemoryRevocationStore, RevocationStoreFullError } from "@caracalai/revocation";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { countLooks } from "./support/count-looks.js";

afterEach(() => {
  vi.useRealTimers();
});

describe("a full store", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["performance"] });
  });

  test("refuses a new anchor loudly and keeps every live one", () => {
    const store = new InMemoryRevocationStore({ maxEntries: 3 });
    const heard = vi.fn();
    for (const anchor of ["a", "b", "c"]) store.markRevoked(anchor);
    store.subscribe(heard);
    const mark = (): void => store.markRevoked("secret-session");
    expect(mark).toThrow(RevocationStoreFullError);
    expect(mark).toThrow(
      expect.objectContaining({
        name: "RevocationStoreFullError",
        message:
          "The revocation store holds 3 live anchors, its maxEntries. The new one is not stored.",
      }),
    );
    expect(store.isRevoked("secret-session")).toBe(false);
    expect(heard).not.toHaveBeenCalled();
    for (const anchor of ["a", "b", "c"]) expect(store.isRevoked(anchor)).toBe(true);
    expect(store.size).toBe(3);
  });

  test("still extends the anchors it holds", () => {
    const store = new InMemoryRevocationStore({ maxEntries: 1 });
    store.markRevoked("a", 100);
    store.markRevoked("a", 200);
    vi.advanceTimersByTime(199);
    expect(store.isRevoked("a")).toBe(true);
  });

  test("makes room by what has ended, before it refuses", () => {
    const store = new InMemoryRevocationStore({ maxEntries: 2 });
    store.markRevoked("short", 100);
    store.markRevoked("long", 500);
    vi.advanceTimersByTime(100);
    store.markRevoked("new", 500);
    expect(() => store.markRevoked("more")).toThrow(RevocationStoreFullError);
    expect(["short", "long", "new"].map((anchor) => store.isRevoked(anchor))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("takes an anchor again whose own entry has ended", () => {
    const store = new InMemoryRevocationStore({ maxEntries: 1 });
    store.markRevoked("a", 100);
    vi.advanceTimersByTime(100);
    store.markRevoked("a", 100);
    expect(store.isRevoked("a")).toBe(true);
  });

  test("looks again at the right time where the first to end was extended", () => {
    const store = new InMemoryRevocationStore({ maxEntries: 2 });
    store.markRevoked("a", 100);
    store.markRevoked("b", 300);
    store.markRevoked("a", 200);
    vi.advanceTimersByTime(150);
    expect(() => store.markRevoked("new")).toThrow(RevocationStoreFullError);
    vi.advanceTimersByTime(50);
    store.markRevoked("new", 500);
    expect(store.isRevoked("new")).toBe(true);
    expect(store.isRevoked("a")).toBe(false);
    expect(store.isRevoked("b")).toBe(true);
  });

  test("holds as many zones besides, and refuses more in the same way", () => {
    const store = new InMemoryRevocationStore({ maxEntries: 1 });
    store.markRevoked("a");
    store.markDelegationEpoch("zone", 1, 100);
    expect(() => store.markDelegationEpoch("other", 1)).toThrow(
      new RevocationStoreFullError(
        "The revocation store holds 1 live zones, its maxEntries. The new one is not stored.",
      ),
    );
    store.markDelegationEpoch("zone", 2, 100);
    expect(store.currentDelegationEpoch("zone")).toBe(2);
    vi.advanceTimersByTime(100);
    store.markDelegationEpoch("other", 3);
    expect(store.currentDelegationEpoch("zone")).toBe(0);
    expect(store.currentDelegationEpoch("other")).toBe(3);
  });

  test("has no place taken by an epoch of 0", () => {
    const store = new InMemoryRevocationStore({ maxEntries: 1 });
    for (const zone of ["a", "b", "c"]) store.markDelegationEpoch(zone, 0);
    store.markDelegationEpoch("d", 1);
    expect(store.currentDelegationEpoch("d")).toBe(1);
  });
});

function isRefused(mark: () => void): boolean {
  try {
    mark();
    return false;
  } catch (error) {
    return error instanceof RevocationStoreFullError;
  }
}

describe("a refusal looks at no more in a store of 50,000 than in one of 50, of", () => {
  const zeros = "00000000-0000-4000-8000-";
  const kinds = [
    ["texts", (index: number) => `session-${index}`, "markRevoked"],
    ["UUIDs", (index: number) => zeros + `${index}`.padStart(12, "0"), "markRevoked"],
    ["zones", (index: number) => `zone-${index}`, "markDelegationEpoch"],
  ] as const;

  test.each(kinds)("%s", (_, nameOf, kind) => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const looksIn = (maxEntries: number) => {
      vi.advanceTimersByTime(1);
      const store = new InMemoryRevocationStore({ maxEntries, defaultTtlMs: 100 });
      const mark = (index: number) =>
        kind === "markRevoked"
          ? store.markRevoked(nameOf(index))
          : store.markDelegationEpoch(nameOf(index), 1);
      for (let index = 0; index < maxEntries; index += 1) mark(index);
      let refused = 0;
      const refusals = countLooks(() => {
        for (let more = 0; more < 100; more += 1) {
          if (isRefused(() => mark(maxEntries + more))) refused += 1;
        }
      });
      expect(refused).toBe(100);
      vi.advanceTimersByTime(100);
      // Now there is something to be found.
      return { refusals, sweep: countLooks(() => mark(maxEntries)) };
    };
    const [small, large] = [looksIn(50), looksIn(50_000)];
    expect(small.sweep).toBeGreaterThanOrEqual(50);
    expect(large.sweep).toBeGreaterThan(1_000);
    expect(large.refusals).toBe(small.refusals);
    // Each for the one that may be there already.
    expect(large.refusals).toBeLessThanOrEqual(100);
  });
});

describe("memory", () => {
  test("does not hold on to what has ended while new anchors come", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const deleted = vi.spyOn(Map.prototype, "delete");
    const store = new InMemoryRevocationStore();
    for (let index = 0; index < 20_000; index += 1) {
      store.markRevoked(`session-${index}`, 100);
      vi.advanceTimersByTime(1);
    }
    // 100 are live at any time; the others go in sweeps that get no more frequent than the marks.
    expect(deleted.mock.calls.length).toBeGreaterThan(18_000);
    deleted.mockRestore();
    expect(store.size).toBe(99);
  });

  test("does not grow with look-ups", () => {
    const set = vi.spyOn(Map.prototype, "set");
    const store = new InMemoryRevocationStore();
    for (let index = 0; index < 1_000; index += 1) {
      store.check({ anchors: [`session-${index}`], zoneId: `zone-${index}` });
    }
    expect(set).not.toHaveBeenCalled();
    set.mockRestore();
    expect(store.size).toBe(0);
  });
});
