import { setTimeout as sleep } from "node:timers/promises";
import type { RevocationStore } from "@caracalai/revocation";
import { RedisRevocationStore } from "@caracalai/revocation-redis";
import { AS_DEPLOYED, type Variation } from "./variation.js";

// Defects that have to be found.

/** A store that answers "not revoked" where it has no answer. */
export const FAILS_OPEN: Variation = {
  ...AS_DEPLOYED,
  store: (store) => ({
    ...methodsOf(store),
    check: async (query) => {
      try {
        return (await store.check?.(query)) ?? NOTHING;
      } catch {
        return NOTHING;
      }
    },
  }),
};

/** A replica that goes on answering, however old what it knows is. */
export const NEVER_STALE: Variation = {
  ...AS_DEPLOYED,
  replicaOptions: { maxStalenessMs: 60_000 },
};

/** A consumer that acknowledges what it has not written yet. */
export const ACKNOWLEDGES_FIRST: Variation = {
  ...AS_DEPLOYED,
  sink: (store) => ({
    markRevoked: (...args) => later(() => store.markRevoked(...args)),
    markDelegationEpoch: (...args) => later(() => store.markDelegationEpoch(...args)),
  }),
};

/** Consumers that leave alone what a dead one held. */
export const TAKES_OVER_NOTHING: Variation = {
  ...AS_DEPLOYED,
  consumerOptions: { claimIdleMs: 3_600_000 },
};

/** A consumer that takes a failed write for a written one. */
export const FORGETS_FAILED_WRITES: Variation = {
  ...AS_DEPLOYED,
  sink: (store) => ({
    markRevoked: (...args) => ignored(store.markRevoked(...args)),
    markDelegationEpoch: (...args) => ignored(store.markDelegationEpoch(...args)),
  }),
};

/** A cache before the shared store: an answer is good for two seconds. */
export const CACHES: Variation = {
  ...AS_DEPLOYED,
  store: (store) => {
    const known = new Map<string, State>();
    return {
      ...methodsOf(store),
      check: async (query) => {
        const key = query.anchors.join();
        const cached = known.get(key);
        if (cached !== undefined) return cached;
        const state = (await store.check?.(query)) ?? NOTHING;
        known.set(key, state);
        void running(2_000).then(() => known.delete(key));
        return state;
      },
    };
  },
};

/** A replica that forgets what it knows when it has to ask anew: it believes what Redis says. */
export const BELIEVES_REDIS: Variation = {
  ...AS_DEPLOYED,
  store: (_, redis) => new RedisRevocationStore({ redis }),
};

type State = Awaited<ReturnType<NonNullable<RevocationStore["check"]>>>;

/** Longer than an acknowledgement takes, and less than a second. */
const LATER_MS = 800;
/** Of a time in which nothing ran, so much counts at the most. */
const TICK_MS = 25;

const NOTHING: State = { revoked: false, delegationEpoch: 0 };

function methodsOf(store: RevocationStore): RevocationStore {
  return {
    isRevoked: (anchor) => store.isRevoked(anchor),
    currentDelegationEpoch: (zoneId) => store.currentDelegationEpoch(zoneId),
    markRevoked: (anchor, ttlMs) => store.markRevoked(anchor, ttlMs),
    markDelegationEpoch: (zoneId, epoch, ttlMs) => store.markDelegationEpoch(zoneId, epoch, ttlMs),
  };
}

/** Says at once that it is done. */
async function later(write: () => unknown): Promise<void> {
  void running(LATER_MS).then(() => ignored(write()));
}

/** Resolves after a time in which this process ran: that is how the rules count on a busy machine. */
async function running(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= TICK_MS) await sleep(TICK_MS);
}

async function ignored(writing: unknown): Promise<void> {
  await Promise.resolve(writing).catch(() => {});
}
