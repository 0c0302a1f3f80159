import { randomUUID } from "node:crypto";
import {
  InMemoryRevocationStore,
  type RevocationEvent,
  RevocationStoreFullError,
} from "@caracalai/revocation";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

// What other tests say of anchors by name, of those that are kept as 128 bits.

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});

afterEach(() => {
  vi.useRealTimers();
});

const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];

test("an entry ends exactly with its TTL, fractions of a millisecond included", () => {
  const clock = vi.spyOn(performance, "now");
  const store = new InMemoryRevocationStore();
  const isRevokedAt = (now: number) => {
    clock.mockReturnValue(now);
    return store.isRevoked(first);
  };
  clock.mockReturnValue(1_000.125);
  store.markRevoked(first, 50.25);
  expect(isRevokedAt(1_050.374)).toBe(true);
  expect(isRevokedAt(1_050.375)).toBe(false);
  clock.mockRestore();
});

test("an entry is extended, never shortened, and told of once while it lives", () => {
  const store = new InMemoryRevocationStore();
  const heard: RevocationEvent[] = [];
  store.subscribe((event) => heard.push(event));
  store.markRevoked(first, 1_000);
  store.markRevoked(first, 10);
  vi.advanceTimersByTime(999);
  expect(store.isRevoked(first)).toBe(true);
  store.markRevoked(first, 2);
  vi.advanceTimersByTime(1);
  expect(store.isRevoked(first)).toBe(true);
  expect(heard).toEqual([{ kind: "anchor", anchor: first }]);
  vi.advanceTimersByTime(1);
  expect(store.isRevoked(first)).toBe(false);
  store.markRevoked(first, 1);
  expect(heard).toHaveLength(2);
});

test("a UUID in another form is another anchor", () => {
  const store = new InMemoryRevocationStore();
  const forms = [first.toUpperCase(), first.replaceAll("-", ""), `{${first}}`, `urn:uuid:${first}`];
  store.markRevoked(first);
  for (const form of forms) expect(store.isRevoked(form)).toBe(false);
  for (const form of forms) store.markRevoked(form);
  for (const form of forms) expect(store.isRevoked(form)).toBe(true);
  expect(store.size).toBe(5);
});

test("a full store counts both kinds, refuses either, and takes one when one has ended", () => {
  const store = new InMemoryRevocationStore({ maxEntries: 2 });
  store.markRevoked(first, 100);
  store.markRevoked("session", 200);
  for (const anchor of [second, "other"]) {
    expect(() => store.markRevoked(anchor)).toThrow(RevocationStoreFullError);
  }
  expect(store.isRevoked(first) && store.isRevoked("session")).toBe(true);
  vi.advanceTimersByTime(100);
  store.markRevoked("other", 200);
  expect(() => store.markRevoked(second)).toThrow(RevocationStoreFullError);
  vi.advanceTimersByTime(100);
  store.markRevoked(second);
  expect(store.size).toBe(2);
  expect(["session", first, third].some((anchor) => store.isRevoked(anchor))).toBe(false);
});

test("the time is asked only where there is an entry", () => {
  const store = new InMemoryRevocationStore();
  store.markRevoked(first, 1_000);
  const clock = vi.spyOn(performance, "now");
  store.check({ anchors: [second, third, "session"], zoneId: "zone" });
  expect(clock).not.toHaveBeenCalled();
  store.check({ anchors: [first] });
  expect(clock).toHaveBeenCalledTimes(1);
  clock.mockRestore();
});
