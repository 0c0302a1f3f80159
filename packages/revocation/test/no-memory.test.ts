import { randomUUID } from "node:crypto";
import { AnchorTable, TextTable } from "@caracalai/revocation";
import { expect, onTestFinished, test, vi } from "vitest";

const NEVER = Number.POSITIVE_INFINITY;

/** From now on the given allocation fails, counted from 1, and no other one. */
function failAllocation(at: number): { readonly hasFailed: () => boolean } {
  let count = 0;
  const construct: ProxyHandler<NewableFunction>["construct"] = (target, args) => {
    count += 1;
    if (count === at) throw new RangeError("Array buffer allocation failed");
    return Reflect.construct(target, args) as object;
  };
  for (const name of ["ArrayBuffer", "Uint32Array", "Float64Array"] as const) {
    vi.stubGlobal(name, new Proxy(globalThis[name], { construct }));
  }
  return { hasFailed: () => count >= at };
}

/** Adds anchors until one is refused, which is given back with those that were stored. */
function addUntilRefused(table: AnchorTable, hasFailed: () => boolean): [string, string[]] {
  const stored: string[] = [];
  while (!hasFailed()) {
    const anchor = randomUUID();
    try {
      table.add({ anchor, expiry: 100 }, false, 1);
      stored.push(anchor);
    } catch (error) {
      expect(error).toMatchObject({ message: "Array buffer allocation failed" });
      return [anchor, stored];
    }
  }
  throw new Error("A failed allocation was not told.");
}

test("a UUID for which there is no memory is refused, and all others stay revoked", () => {
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  // Two segments, their growth and new filters: of each allocation on the way.
  for (let at = 60; at > 0; at -= 1) {
    const table = new AnchorTable({ owner: "revocation store", maxEntries: 8_192 });
    const { hasFailed } = failAllocation(at);
    const [refused, stored] = addUntilRefused(table, hasFailed);
    vi.unstubAllGlobals();
    expect(stored.filter((anchor) => !table.has(anchor, 2))).toEqual([]);
    expect([table.has(refused, 2), table.size]).toEqual([false, stored.length]);
    // It is news when it comes again.
    expect(table.add({ anchor: refused, expiry: 100 }, false, 2)).toBe(true);
    stored.push(refused);
    for (let more = 0; more < 500; more += 1) {
      const anchor = randomUUID();
      table.add({ anchor, expiry: NEVER }, false, 2);
      stored.push(anchor);
    }
    expect(stored.filter((anchor) => !table.has(anchor, 2))).toEqual([]);
    expect(table.size).toBe(stored.length);
    table.sweep(100);
    expect(table.size).toBe(500);
  }
});

test("nor does a sweep without memory forget any", () => {
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  for (let at = 1; at <= 3; at += 1) {
    const table = new AnchorTable({ owner: "revocation store", maxEntries: 100 });
    const live = Array.from({ length: 20 }, () => randomUUID());
    for (const anchor of live) table.add({ anchor, expiry: NEVER }, false, 1);
    table.add({ anchor: randomUUID(), expiry: 10 }, false, 1);
    failAllocation(at);
    expect(() => table.sweep(10)).toThrow("allocation failed");
    vi.unstubAllGlobals();
    expect(live.every((anchor) => table.has(anchor, 10))).toBe(true);
    expect(table.size).toBe(21);
    table.sweep(10);
    expect(table.size).toBe(20);
  }
});

test("a text that a Map takes no more leaves nothing behind", () => {
  const table = new TextTable<number>((expiry) => expiry);
  table.set("a", 10, false, 1);
  const set = vi.spyOn(Map.prototype, "set").mockImplementationOnce(() => {
    throw new RangeError("Map maximum size exceeded");
  });
  onTestFinished(() => {
    set.mockRestore();
  });
  expect(() => table.set("long", 5, true, 1)).toThrow("Map maximum size exceeded");
  expect([table.size, table.length, table.has("long")]).toEqual([1, 1, false]);
  table.set("long", 5, false, 1);
  expect([...table.unmarked(1)]).toEqual([
    ["a", 10],
    ["long", 5],
  ]);
  table.sweep(5);
  expect([table.size, table.length]).toEqual([1, 1]);
});

test("an entry whose end can't be told is not taken, and none stays for it", () => {
  let fails = false;
  const table = new TextTable<number>((expiry) => {
    if (fails) throw new Error("no end");
    return expiry;
  });
  table.set("a", 10, false, 1);
  fails = true;
  expect(() => table.set("b", 10, false, 1)).toThrow("no end");
  expect(() => table.sweep(10)).toThrow("no end");
  expect([table.size, table.length]).toEqual([1, 1]);
  fails = false;
  table.sweep(10);
  expect([table.size, table.length]).toEqual([0, 0]);
});
