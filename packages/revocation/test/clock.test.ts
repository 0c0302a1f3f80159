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

describe("the wall clock", () => {
  test.each([
    ["an hour ahead", 3_600_000],
    ["an hour back", -3_600_000],
    ["a hundred years ahead", 36_525 * DAY_MS],
    ["to the epoch", -Date.now()],
  ])("moved %s has no effect", (_, moved) => {
    vi.useRealTimers();
    const store = new InMemoryRevocationStore();
    store.markRevoked("session", 60_000);
    store.markDelegationEpoch("zone", 7, 60_000);
    vi.setSystemTime(Date.now() + moved);
    expect(store.isRevoked("session")).toBe(true);
    expect(store.currentDelegationEpoch("zone")).toBe(7);
    store.markRevoked("later", 60_000);
    vi.useRealTimers();
    expect(store.isRevoked("later")).toBe(true);
    expect(store.size).toBe(2);
  });

  test("is never asked", () => {
    vi.useRealTimers();
    const now = vi.spyOn(Date, "now");
    const store = new InMemoryRevocationStore();
    store.markRevoked("session");
    store.markDelegationEpoch("zone", 1);
    store.check({ anchors: ["session"], zoneId: "zone" });
    expect(now).not.toHaveBeenCalled();
    now.mockRestore();
  });

  test("does not end entries that the monotonic clock has not ended, nor keep those it has", () => {
    const store = new InMemoryRevocationStore();
    store.markRevoked("session", 1_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    expect(store.isRevoked("session")).toBe(true);
    vi.setSystemTime(Date.now() - 7_200_000);
    passes(1_000);
    expect(store.isRevoked("session")).toBe(false);
  });
});
