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

/** Consumers that leave alone what a dead one held: it was held by one, since writes take a while. */
export const TAKES_OVER_NOTHING: Variation = {
  ...AS_DEPLOYED,
  sink: (store) => ({
    markRevoked: async (...args) => {
      await sleep(HELD_MS);
      await store.markRevoked(...args);
    },
    markDelegationEpoch: async (...args) => {
      await sleep(HELD_MS);
      await store.markDelegationEpoch(...args);
    },
  }),
  consumerOptions: { claimIdleMs: 3_600_000 },
};

/** A consumer that takes a failed write for a written one: some fail, since writes take a while. */
export const FORGETS_FAILED_WRITES: Variation = {
  ...AS_DEPLOYED,
  sink: (store) => ({
    markRevoked: async (...args) => {
      await sleep(HELD_MS);
      await ignored(store.markRevoked(...args));
    },
    markDelegationEpoch: async (...args) => {
      await sleep(HELD_MS);
      await ignored(store.markDelegationEpoch(...args));
    },
  }),
};

/** A cache before the shared store: an answer is good for two seconds. */
export const CACHES: Variation = {
  ...AS_DEPLOYED,
  store: (store) => {
    const known = new Map<string, { readonly at: number; readonly state: State }>();
    return {
      ...methodsOf(store),
      check: async (query) => {
        const key = query.anchors.join();
        const cached = known.get(key);
        if (cached !== undefined && performance.now() - cached.at < 2_000) return cached.state;
        const state = (await store.check?.(query)) ?? NOTHING;
        known.set(key, { at: performance.now(), state });
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
/** For so long a consumer holds an event before it writes it. */
const HELD_MS = 200;

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
  setTimeout(() => void ignored(write()), LATER_MS);
}

async function ignored(writing: unknown): Promise<void> {
  await Promise.resolve(writing).catch(() => {});
}
