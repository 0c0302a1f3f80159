import type { RevocationStore } from "../revocation-store.js";
import { eventually, expectFailure, expectSame } from "./assertions.js";
import { BAD_EPOCHS, BAD_NAMES, BAD_TTLS } from "./bad-arguments.js";
import { LONG_TTL_MS, pastShortTtl, type Scenario } from "./scenario.js";

export const epochScenarios: readonly Scenario[] = [
  {
    name: "a zone that was never marked has epoch 0",
    async play(store) {
      await expectEpoch(store, "zone", 0, "of an unknown zone");
    },
  },
  {
    name: "a zone's epoch grows and never decreases",
    async play(store) {
      const steps = [
        [0, 0],
        [9, 9],
        // Compared as text, 10 is less than 9.
        [10, 10],
        [9, 10],
        [0, 10],
        [10, 10],
        [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
        [Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER],
      ] as const;
      for (const [marked, expected] of steps) {
        await store.markDelegationEpoch("zone", marked);
        await expectEpoch(store, "zone", expected, `after ${marked} was marked`);
      }
    },
  },
  {
    name: "zones are kept apart, from each other and from anchors",
    async play(store) {
      const zones = [
        "zone",
        "Zone",
        "zone:",
        "zone\n",
        "*",
        "__proto__",
        "constructor",
        "caf\u00e9",
      ];
      for (const [index, zone] of zones.entries()) {
        await expectEpoch(store, zone, 0, `of ${JSON.stringify(zone)}, not yet marked`);
        await store.markDelegationEpoch(zone, index + 1);
      }
      for (const [index, zone] of zones.entries()) {
        await expectEpoch(store, zone, index + 1, `of ${JSON.stringify(zone)}`);
        expectSame(await store.isRevoked(zone), false, "isRevoked of a zone's name");
      }
    },
  },
  {
    name: "an anchor that is named like an epoch's entry does not lower the epoch",
    async play(store) {
      await store.markDelegationEpoch("zone", 5);
      await store.markRevoked("delegation-epoch:zone");
      await expectEpoch(store, "zone", 5, "after the anchor was marked");
    },
  },
  {
    name: "an epoch ends with its TTL and not before",
    async play(store, { shortTtlMs, deadlineMs }) {
      const start = performance.now();
      await store.markDelegationEpoch("zone", 7, shortTtlMs);
      const ended = async (): Promise<boolean> =>
        (await store.currentDelegationEpoch("zone")) === 0;
      await eventually(ended, deadlineMs, "the end of an epoch with a short TTL");
      const early = performance.now() - start < 0.9 * shortTtlMs;
      expectSame(early, false, "whether the epoch ended early");
    },
  },
  {
    name: "no mark ends an epoch earlier",
    async play(store, pace) {
      await store.markDelegationEpoch("lower", 5);
      await store.markDelegationEpoch("lower", 4, pace.shortTtlMs);
      await store.markDelegationEpoch("same", 5, LONG_TTL_MS);
      await store.markDelegationEpoch("same", 5, pace.shortTtlMs);
      await store.markDelegationEpoch("higher", 5);
      await store.markDelegationEpoch("higher", 6, pace.shortTtlMs);
      await pastShortTtl(pace);
      await expectEpoch(store, "lower", 5, "after a lower one with a short TTL");
      await expectEpoch(store, "same", 5, "after the same one with a short TTL");
      await expectEpoch(store, "higher", 6, "after a higher one with a short TTL");
    },
  },
  {
    name: "a longer TTL extends an epoch",
    async play(store, pace) {
      for (const [zone, epoch] of [
        ["same", 5],
        ["higher", 6],
        ["lower", 4],
      ] as const) {
        await store.markDelegationEpoch(zone, 5, pace.shortTtlMs);
        await store.markDelegationEpoch(zone, epoch, LONG_TTL_MS);
      }
      await pastShortTtl(pace);
      await expectEpoch(store, "same", 5, "after the same one with a long TTL");
      await expectEpoch(store, "higher", 6, "after a higher one with a long TTL");
      // A store that was too slow has seen the 5 end before the 4 came: then 4 is right.
      const known = await store.currentDelegationEpoch("lower");
      expectSame(known >= 4, true, "whether a lower epoch with a long TTL is kept");
    },
  },
  {
    name: "what is no zone, no epoch or no TTL is refused and changes nothing",
    async play(store) {
      await store.markDelegationEpoch("zone", 7);
      for (const zone of BAD_NAMES) {
        const mark = (): unknown => store.markDelegationEpoch(zone as string, 8);
        await expectFailure(mark, "TypeError", `markDelegationEpoch(${JSON.stringify(zone)}, 8)`);
      }
      for (const epoch of BAD_EPOCHS) {
        const mark = (): unknown => store.markDelegationEpoch("zone", epoch as number);
        const what = `markDelegationEpoch with the epoch ${String(epoch)} (${typeof epoch})`;
        await expectFailure(mark, "RangeError", what);
      }
      for (const ttl of BAD_TTLS) {
        const mark = (): unknown => store.markDelegationEpoch("zone", 8, ttl as number);
        const what = `markDelegationEpoch with the TTL ${String(ttl)} (${typeof ttl})`;
        await expectFailure(mark, "RangeError", what);
      }
      await expectEpoch(store, "zone", 7, "after marks that were refused");
    },
  },
];

async function expectEpoch(
  store: RevocationStore,
  zone: string,
  expected: number,
  when: string,
): Promise<void> {
  expectSame(await store.currentDelegationEpoch(zone), expected, `the epoch ${when}`);
}
