import { randomUUID } from "node:crypto";
import { AnchorTable, RevocationStoreFullError } from "@caracalai/revocation";
import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { runs } from "./support/runs.js";

const NEVER = Number.POSITIVE_INFINITY;
// Few, so that each ends and comes again.
const uuids = Array.from({ length: 12 }, () => randomUUID() as string);
const texts = ["session", "Session", "__proto__", "caf\u00e9", "cafe\u0301", "\ud800"];
const anchors = [...uuids, ...uuids.slice(0, 2).map((uuid) => uuid.toUpperCase()), ...texts];

type Step =
  | {
      readonly do: "add";
      readonly anchor: string;
      readonly ttl: number;
      readonly marked: boolean;
    }
  | { readonly do: "pass"; readonly time: number }
  | { readonly do: "sweepSome" }
  | { readonly do: "unmark" }
  | { readonly do: "compare" };

const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant("add" as const),
        anchor: fc.constantFrom(...anchors),
        ttl: fc.oneof(
          { weight: 8, arbitrary: fc.integer({ min: 1, max: 100 }) },
          { weight: 1, arbitrary: fc.constantFrom(0.5, 1e15, NEVER) },
        ),
        marked: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("pass" as const), time: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("sweepSome", "unmark", "compare") }) },
  ) as fc.Arbitrary<Step>,
  // Else there are ten at the most.
  { maxLength: 300, size: "max" },
);

/** What a table does, done with a Map. */
class Model {
  readonly #entries = new Map<string, { expiry: number; marked: boolean }>();
  readonly #maxEntries: number;
  now = 1_234.5;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** Whether the anchor was new, or the table is full. */
  add(anchor: string, ttl: number, marked: boolean): boolean | "full" {
    const known = this.live(anchor);
    if (known === undefined && this.live().length >= this.#maxEntries) return "full";
    this.#entries.set(anchor, {
      expiry: Math.max(this.now + ttl, known?.expiry ?? 0),
      marked: marked || known?.marked === true,
    });
    return known === undefined;
  }

  live(): string[];
  live(anchor: string): { expiry: number; marked: boolean } | undefined;
  live(anchor?: string): unknown {
    if (anchor === undefined) return [...this.#entries.keys()].filter((it) => this.live(it));
    const entry = this.#entries.get(anchor);
    return entry !== undefined && this.now < entry.expiry ? entry : undefined;
  }

  unmark(): void {
    for (const entry of this.#entries.values()) entry.marked = false;
  }

  unmarked(): string[] {
    return this.live().filter((anchor) => this.live(anchor)?.marked === false);
  }
}

const tableOf = (maxEntries: number, maxTextLength?: number): AnchorTable =>
  new AnchorTable({ owner: "revocation store", maxEntries, maxTextLength });

function add(table: AnchorTable, anchor: string, expiry: number, marked: boolean, now: number) {
  try {
    return table.add({ anchor, expiry }, marked, now);
  } catch (error) {
    expect(error).toBeInstanceOf(RevocationStoreFullError);
    return "full";
  }
}

test.each([5, 1_000, 50_000])("a table of at most %d behaves like a map", (maxEntries) => {
  const property = fc.property(steps, (all) => {
    const model = new Model(maxEntries);
    const table = tableOf(maxEntries);
    for (const step of all) {
      if (step.do === "pass") model.now += step.time;
      else if (step.do === "sweepSome") table.sweepSome(model.now);
      else if (step.do === "compare") expectSame(table, model);
      else if (step.do === "unmark") {
        model.unmark();
        table.unmark();
      } else {
        const { anchor, ttl, marked } = step;
        const outcome = add(table, anchor, model.now + ttl, marked, model.now);
        // An ended entry that was not swept keeps its place: there the same anchor always fits.
        const expected = model.add(anchor, ttl, marked);
        if (outcome !== expected) throw new Error(`${anchor}: ${outcome}, not ${expected}`);
      }
    }
    expectSame(table, model);
  });
  fc.assert(property, runs(300));
});

function expectSame(table: AnchorTable, model: Model): void {
  for (const anchor of anchors) {
    expect(table.has(anchor, model.now)).toBe(model.live(anchor) !== undefined);
  }
  const unmarked = [...table.unmarked(model.now)];
  expect(unmarked.map(({ anchor }) => anchor).sort()).toEqual(model.unmarked().sort());
  for (const { anchor, expiry } of unmarked) {
    expect(expiry).toBe(model.live(anchor)?.expiry);
  }
}

describe("an entry", () => {
  test.each([uuids[0] as string, "session"])("%s ends with its expiry, not before", (anchor) => {
    const table = tableOf(10);
    table.add({ anchor, expiry: 1_050 }, false, 1_000);
    expect(table.has(anchor, 1_049.9)).toBe(true);
    expect(table.has(anchor, 1_050)).toBe(false);
  });

  test.each([uuids[0] as string, "session"])("%s of any length of life is kept", (anchor) => {
    const table = tableOf(10);
    table.add({ anchor, expiry: Number.MAX_VALUE }, false, 1_000);
    expect(table.has(anchor, 1e12)).toBe(true);
  });
});

test.each([uuids[0] as string, "session"])("no mark of %s outlives its entry", (anchor) => {
  const table = tableOf(10);
  table.add({ anchor, expiry: 10 }, true, 1);
  table.add({ anchor, expiry: 20 }, false, 10);
  expect([...table.unmarked(11)]).toEqual([{ anchor, expiry: 20 }]);
});

describe("a full table", () => {
  test("refuses, keeps what it holds, and takes a new anchor when one has ended", () => {
    const table = tableOf(3);
    const [first = "", second = "", third = ""] = uuids;
    table.add({ anchor: first, expiry: 2_000 }, false, 1_000);
    table.add({ anchor: second, expiry: NEVER }, false, 1_000);
    table.add({ anchor: "text", expiry: NEVER }, false, 1_000);
    for (const anchor of [third, "another"]) {
      expect(() => table.add({ anchor, expiry: NEVER }, false, 1_500)).toThrow(
        new RevocationStoreFullError(
          "The revocation store holds 3 live anchors, its maxEntries. The new one is not stored.",
        ),
      );
      expect(table.has(anchor, 1_500)).toBe(false);
    }
    expect(table.add({ anchor: "text", expiry: NEVER }, false, 1_500)).toBe(false);
    expect([first, second, "text"].every((anchor) => table.has(anchor, 1_500))).toBe(true);
    expect(table.add({ anchor: third, expiry: NEVER }, false, 2_000)).toBe(true);
    expect(table.size).toBe(3);
  });

  test("makes room in steps, whatever has ended", () => {
    const table = tableOf(20_000);
    for (let count = 0; count < 20_000; count += 1) {
      table.add({ anchor: randomUUID(), expiry: 2_000 }, false, 1_000);
    }
    table.add({ anchor: randomUUID(), expiry: NEVER }, false, 2_000);
    // One of eight segments was swept.
    expect(table.size).toBeGreaterThan(15_000);
    expect(table.size).toBeLessThan(20_000);
    table.sweep(2_000);
    expect(table.size).toBe(1);
  });

  test("is one, too, whose anchors are longer than it may hold", () => {
    const table = tableOf(10, 65_536);
    const long = (letter: string): string => letter.repeat(30_000);
    table.add({ anchor: long("a"), expiry: 2_000 }, false, 1_000);
    table.add({ anchor: long("b"), expiry: NEVER }, false, 1_000);
    const addThird = (now: number) => table.add({ anchor: long("c"), expiry: NEVER }, false, now);
    expect(() => addThird(1_500)).toThrow(/65536 characters of live anchors/);
    expect(addThird(2_000)).toBe(true);
    expect(table.has(long("b"), 2_000)).toBe(true);
  });
});

test("entries of UUIDs end to the fraction of a millisecond", () => {
  const [anchor = ""] = uuids;
  const table = tableOf(10);
  table.add({ anchor, expiry: 1_000.25 }, false, 1);
  expect(table.expiryOf(anchor)).toBe(1_000.25);
  expect(table.has(anchor, 1_000.249)).toBe(true);
  expect(table.has(anchor, 1_000.25)).toBe(false);
});

test("anchors that are no UUIDs end too, when many come and go", () => {
  const table = tableOf(1_000_000);
  for (let now = 1_000; now < 101_000; now += 1) {
    table.add({ anchor: `session-${now}`, expiry: now + 1_000 }, false, now);
  }
  expect(table.size).toBeLessThan(5_000);
});

describe("a text that looks like a revoked UUID to the filter", () => {
  const uuid = "01890a5d-ac96-774b-bcce-b302099a8057";
  const text = "01890a5d-gc96-774b-bcce-b302099a8057";

  test("is not revoked with it", () => {
    const table = tableOf(10);
    table.add({ anchor: uuid, expiry: NEVER }, false, 1);
    expect(table.has(uuid, 1)).toBe(true);
    expect(table.has(text, 1)).toBe(false);
  });

  test("is revoked by itself", () => {
    const table = tableOf(10);
    const other = randomUUID();
    table.add({ anchor: uuid, expiry: 10 }, false, 1);
    table.add({ anchor: text, expiry: 20 }, false, 1);
    expect([table.expiryOf(other), table.expiryOf(text)]).toEqual([0, 20]);
    expect([table.expiryOf(uuid), table.expiryOf(text)]).toEqual([10, 20]);
  });
});

test("of what is not revoked, few characters are read or none", () => {
  const read = vi.spyOn(String.prototype, "charCodeAt");
  onTestFinished(() => {
    read.mockRestore();
  });
  const table = tableOf(10);
  const readOf = (anchor: string) => {
    read.mockClear();
    expect(table.expiryOf(anchor)).toBe(0);
    return read.mock.calls.length;
  };
  const [first = "", second = ""] = [
    "01890a5d-ac96-774b-bcce-b302099a8057",
    "01890b6e-ac96-774b-bcce-b302099a9168",
  ];
  expect(readOf(first)).toBe(0);
  table.add({ anchor: "session", expiry: NEVER }, false, 1);
  expect(readOf(first)).toBe(0);
  table.add({ anchor: first, expiry: NEVER }, false, 1);
  expect(readOf("another")).toBe(0);
  // What is told apart by a quarter of it is mostly told apart by less.
  expect(readOf(second)).toBe(8);
});

test("nothing is looked for in texts where there are none", () => {
  const table = tableOf(10);
  const looked = vi.spyOn(Map.prototype, "get");
  onTestFinished(() => {
    looked.mockRestore();
  });
  expect(table.expiryOf("session")).toBe(0);
  expect(looked).not.toHaveBeenCalled();
  table.add({ anchor: "session", expiry: NEVER }, false, 1);
  expect(table.expiryOf("session")).toBe(NEVER);
  expect(looked).toHaveBeenCalled();
});

test("what has ended goes when it is swept, and not while there is room", () => {
  const table = tableOf(5);
  const [first = "", second = "", third = ""] = uuids;
  for (const anchor of [first, second, "text"]) table.add({ anchor, expiry: 10 }, false, 1);
  table.add({ anchor: third, expiry: NEVER }, false, 10);
  expect(table.size).toBe(4);
  table.sweepSome(9);
  expect(table.size).toBe(4);
  // One segment is all that it has.
  table.sweepSome(10);
  expect(table.size).toBe(2);
  table.sweep(10);
  expect(table.size).toBe(1);
});

describe("the room for texts", () => {
  const long = (letter: string): string => letter.repeat(50);

  test("is taken to the last character, and no further", () => {
    const table = tableOf(10, 100);
    table.add({ anchor: long("a"), expiry: 10 }, false, 1);
    table.add({ anchor: long("b"), expiry: NEVER }, false, 1);
    expect(() => table.add({ anchor: "c", expiry: NEVER }, false, 1)).toThrow(
      RevocationStoreFullError,
    );
    // What is there already takes no more of it.
    expect(table.add({ anchor: long("b"), expiry: NEVER }, true, 1)).toBe(false);
    expect(table.add({ anchor: long("d"), expiry: NEVER }, false, 10)).toBe(true);
    expect(table.has(long("d"), 10)).toBe(true);
  });

  test("is looked for only where it is missing", () => {
    const table = tableOf(10, 100);
    table.add({ anchor: long("a"), expiry: 10 }, false, 1);
    table.add({ anchor: long("b"), expiry: NEVER }, false, 10);
    expect(table.size).toBe(2);
  });
});
