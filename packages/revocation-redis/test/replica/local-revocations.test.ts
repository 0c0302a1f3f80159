import { randomUUID } from "node:crypto";
import type { RevocationEvent } from "@caracalai/revocation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../../../revocation/test/support/runs.js";
import { LocalRevocations } from "../../src/replica/local-revocations.js";

const anchorOf = (anchor: string) => ({ kind: "anchor", anchor }) as const;
const epochOf = (zoneId: string, epoch: number) => ({ kind: "epoch", zoneId, epoch }) as const;

function create(maxEntries = 100) {
  const heard: RevocationEvent[] = [];
  return { heard, local: new LocalRevocations(maxEntries, (event) => heard.push(event)) };
}

interface Raise {
  readonly zoneId: string;
  readonly epoch: number;
  readonly ttl: number;
  readonly wait: number;
  readonly marked: boolean;
}

const raises: fc.Arbitrary<Raise[]> = fc.array(
  fc.record({
    zoneId: fc.constantFrom("a", "b", "__proto__"),
    epoch: fc.nat({ max: 5 }),
    ttl: fc.integer({ min: 1, max: 50 }),
    wait: fc.nat({ max: 20 }),
    marked: fc.boolean(),
  }),
  { maxLength: 40, size: "max" },
);

test("epochs only grow while they live, and a mark counts for the epoch that it was set for", () => {
  const property = fc.property(raises, (all) => {
    const { local, heard } = create();
    const model = new Map<string, { epoch: number; expiry: number; markedEpoch: number }>();
    let now = 1;
    let news = 0;
    for (const { zoneId, epoch, ttl, wait, marked } of all) {
      now += wait;
      const known = model.get(zoneId);
      const live = known !== undefined && now < known.expiry;
      const before = live ? known : { epoch: 0, expiry: 0, markedEpoch: 0 };
      local.add({ event: epochOf(zoneId, epoch), expiry: now + ttl }, marked, now);
      if (epoch > before.epoch) news += 1;
      if (Math.max(epoch, before.epoch) === 0) continue;
      model.set(zoneId, {
        epoch: Math.max(epoch, before.epoch),
        expiry: Math.max(before.expiry, now + ttl),
        markedEpoch: marked ? Math.max(epoch, before.markedEpoch) : before.markedEpoch,
      });
    }
    const live = [...model].filter(([, { expiry }]) => now < expiry);
    for (const zone of ["a", "b", "__proto__"]) {
      const expected = live.find(([zoneId]) => zoneId === zone)?.[1].epoch ?? 0;
      expect(local.epochOf(zone, now)).toBe(expected);
    }
    const unmarked = live.filter(([, { epoch, markedEpoch }]) => markedEpoch < epoch);
    const expected = unmarked.map(([zoneId, { epoch, expiry }]) => ({
      event: epochOf(zoneId, epoch),
      expiry,
    }));
    expect([...local.unmarked(now)]).toEqual(expect.arrayContaining(expected));
    expect([...local.unmarked(now)]).toHaveLength(expected.length);
    expect(heard).toHaveLength(news);
  });
  fc.assert(property, runs(2_000));
});

describe("both kinds", () => {
  test("are kept apart, told of when they are new, and given back unmarked", () => {
    const { local, heard } = create();
    const uuid = randomUUID();
    const all = [anchorOf(uuid), anchorOf("zone"), epochOf("zone", 3)];
    for (const event of [...all, ...all]) local.add({ event, expiry: 1_000 }, true, 1);
    expect(heard).toEqual(all);
    expect(local.size).toBe(3);
    expect(local.isRevoked("zone", 999)).toBe(true);
    expect(local.isRevoked(uuid, 1_100)).toBe(false);
    expect(local.epochOf("zone", 1_000)).toBe(0);
    expect([...local.unmarked(1)]).toEqual([]);
    local.unmark();
    const unmarked = [...local.unmarked(1)].map(({ event }) => event);
    expect(unmarked).toHaveLength(3);
    expect(unmarked).toEqual(expect.arrayContaining(all));
  });

  test("have room for so many each", () => {
    const { local } = create(2);
    for (const zone of ["a", "b"]) {
      local.add({ event: anchorOf(zone), expiry: 100 }, false, 1);
      local.add({ event: epochOf(zone, 1), expiry: 100 }, false, 1);
    }
    const add = (event: RevocationEvent, now: number) => () =>
      local.add({ event, expiry: 200 }, false, now);
    expect(add(anchorOf("c"), 50)).toThrow("2 live anchors");
    expect(add(epochOf("c", 1), 50)).toThrow("2 live zones");
    expect(add(epochOf("c", 0), 50)).not.toThrow();
    expect(add(epochOf("a", 9), 50)).not.toThrow();
    expect(local.epochOf("a", 50)).toBe(9);
    expect(add(epochOf("c", 1), 100)).not.toThrow();
    expect([local.epochOf("a", 100), local.epochOf("b", 100)]).toEqual([9, 0]);
  });
});

test("anchors that are no UUIDs have room for 64 characters each, and for 65,536 in any case", () => {
  const { local } = create(10);
  const add = (anchor: string) =>
    local.add({ event: anchorOf(anchor), expiry: 9_000 }, false, 1_000);
  add("a".repeat(65_000));
  expect(() => add("b".repeat(537))).toThrow(
    "The revocation replica holds 65536 characters of live anchors that are no UUIDs. The new one is not stored.",
  );
  add("b".repeat(536));
  const { local: larger } = create(10_000);
  larger.add({ event: anchorOf("c".repeat(640_000)), expiry: 9_000 }, false, 1_000);
  expect(() => larger.add({ event: anchorOf("d"), expiry: 9_000 }, false, 1_000)).toThrow(
    /holds 640000 characters/,
  );
});

test("a zone whose epoch can't be read is not answered for", () => {
  const { local } = create();
  local.add({ event: epochOf("zone", 3), expiry: 100 }, false, 1);
  local.unreadableZones = new Set(["zone"]);
  expect(() => local.epochOf("zone", 1)).toThrow("can be read");
  expect(local.epochOf("other", 1)).toBe(0);
  local.unreadableZones = new Set();
  expect(local.epochOf("zone", 1)).toBe(3);
});

test("an anchor that is named like the epoch of a zone which has one is not answered for", () => {
  const { local } = create();
  local.add({ event: epochOf("zone", 1), expiry: 100 }, false, 1);
  expect(() => local.isRevoked("delegation-epoch:zone", 1)).toThrow("named like");
  expect(local.isRevoked("delegation-epoch:other", 1)).toBe(false);
  expect(local.isRevoked("delegation-epoch:zone", 100)).toBe(false);
  local.unreadableZones = new Set(["other"]);
  expect(() => local.isRevoked("delegation-epoch:other", 1)).toThrow("can be read");
  local.add({ event: anchorOf("delegation-epoch:zone"), expiry: 100 }, false, 1);
  expect(local.isRevoked("delegation-epoch:zone", 1)).toBe(true);
});
