import type { RevocationStore } from "../revocation-store.js";
import { expectSame } from "./assertions.js";
import { LONG_TTL_MS, pastShortTtl, type Scenario } from "./scenario.js";

const BATCH = 500;

export const loadScenarios: readonly Scenario[] = [
  {
    name: "many anchors are all revoked, and no others",
    async play(store, { manyAnchors }) {
      const marked = Array.from({ length: manyAnchors }, (_, index) => `session-${index}`);
      const unmarked = marked.map((anchor) => `${anchor}x`);
      await inBatches(marked, (anchor) => store.markRevoked(anchor));
      expectSame(await countRevoked(store, marked), manyAnchors, "anchors marked and revoked");
      expectSame(await countRevoked(store, unmarked), 0, "anchors not marked and yet revoked");
    },
  },
  {
    name: "concurrent marks of one anchor leave the longest lifetime",
    async play(store, pace) {
      const ttls = Array.from({ length: 20 }, (_, i) => (i === 10 ? LONG_TTL_MS : pace.shortTtlMs));
      await Promise.all(ttls.map((ttl) => store.markRevoked("session", ttl)));
      await pastShortTtl(pace);
      expectSame(await store.isRevoked("session"), true, "isRevoked after concurrent marks");
    },
  },
  {
    name: "concurrent marks of one zone leave the highest epoch",
    async play(store) {
      const epochs = Array.from({ length: 50 }, (_, index) => ((index * 7) % 50) + 1);
      await Promise.all(epochs.map((epoch) => store.markDelegationEpoch("zone", epoch)));
      expectSame(await store.currentDelegationEpoch("zone"), 50, "epoch after concurrent marks");
    },
  },
];

async function countRevoked(store: RevocationStore, anchors: readonly string[]): Promise<number> {
  const answers = await inBatches(anchors, (anchor) => store.isRevoked(anchor));
  return answers.filter((answer) => answer === true).length;
}

async function inBatches<T>(
  anchors: readonly string[],
  action: (anchor: string) => T | Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (let start = 0; start < anchors.length; start += BATCH) {
    results.push(...(await Promise.all(anchors.slice(start, start + BATCH).map(action))));
  }
  return results;
}
