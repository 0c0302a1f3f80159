import type { RevocationQuery, RevocationStore } from "../revocation-store.js";
import { expectSame } from "./assertions.js";
import { pastShortTtl, type Scenario } from "./scenario.js";

/** Played where the store offers a batch check. */
export const checkScenarios: readonly Scenario[] = [
  {
    name: "the batch check of an empty store finds nothing",
    async play(store) {
      await expectState(store, { anchors: [] }, false, 0);
      await expectState(store, { anchors: [], zoneId: "zone" }, false, 0);
      await expectState(store, { anchors: ["session", "edge"], zoneId: "zone" }, false, 0);
    },
  },
  {
    name: "the batch check finds any one of several anchors",
    async play(store) {
      await store.markRevoked("revoked");
      const live = ["a", "b", "c"];
      await expectState(store, { anchors: live }, false, 0);
      for (let place = 0; place <= live.length; place += 1) {
        await expectState(store, { anchors: live.toSpliced(place, 0, "revoked") }, true, 0);
      }
      await expectState(store, { anchors: ["revoked", "revoked"] }, true, 0);
      await expectState(store, { anchors: ["__proto__", "constructor", "*"] }, false, 0);
    },
  },
  {
    name: "the batch check gives the epoch of the zone asked for, whatever the anchors",
    async play(store) {
      await store.markRevoked("revoked");
      await store.markDelegationEpoch("zone", 10);
      await store.markDelegationEpoch("zone", 9);
      await expectState(store, { anchors: [], zoneId: "zone" }, false, 10);
      await expectState(store, { anchors: ["session"], zoneId: "zone" }, false, 10);
      await expectState(store, { anchors: ["revoked"], zoneId: "zone" }, true, 10);
      await expectState(store, { anchors: ["revoked"], zoneId: "other" }, true, 0);
      await expectState(store, { anchors: ["session"], zoneId: undefined }, false, 0);
      await expectState(store, { anchors: ["zone"] }, false, 0);
    },
  },
  {
    name: "the batch check agrees with the single questions",
    async play(store, pace) {
      await store.markRevoked("long");
      await store.markRevoked("short", pace.shortTtlMs);
      await store.markDelegationEpoch("zone", 3, pace.shortTtlMs);
      await pastShortTtl(pace);
      for (const anchor of ["long", "short", "unknown"]) {
        const revoked = await store.isRevoked(anchor);
        const epoch = await store.currentDelegationEpoch("zone");
        await expectState(store, { anchors: [anchor], zoneId: "zone" }, revoked, epoch);
      }
    },
  },
];

async function expectState(
  store: RevocationStore,
  query: RevocationQuery,
  revoked: boolean,
  epoch: number,
): Promise<void> {
  if (store.check === undefined) throw new Error("The store has no batch check.");
  const state = await store.check(query);
  const what = `check(${JSON.stringify(query)})`;
  expectSame(state.revoked, revoked, `${what}: revoked`);
  expectSame(state.delegationEpoch, epoch, `${what}: delegationEpoch`);
}
