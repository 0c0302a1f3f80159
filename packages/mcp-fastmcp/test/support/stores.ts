import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";

/** A store that counts what it is asked, and can be made to fail. */
export interface WatchedStore extends RevocationStore {
  /** How often it was asked about an anchor. */
  questionsAbout(anchor: string): number;
  /** How many of the next questions it fails at. */
  failures: number;
}

/** A store with a subscription, or without: then it has to be asked again and again. */
export function watchedStore({ withSubscription }: { withSubscription: boolean }): WatchedStore {
  const inner = new InMemoryRevocationStore();
  const questions = new Map<string, number>();
  const store: WatchedStore = {
    failures: 0,
    questionsAbout: (anchor) => questions.get(anchor) ?? 0,
    isRevoked: (anchor) => {
      questions.set(anchor, store.questionsAbout(anchor) + 1);
      if (store.failures > 0) {
        store.failures -= 1;
        throw new Error("away");
      }
      return inner.isRevoked(anchor);
    },
    markRevoked: (anchor, ttlMs) => inner.markRevoked(anchor, ttlMs),
    currentDelegationEpoch: (zoneId) => inner.currentDelegationEpoch(zoneId),
    markDelegationEpoch: (zoneId, epoch, ttlMs) => inner.markDelegationEpoch(zoneId, epoch, ttlMs),
    ...(withSubscription && { subscribe: (listener) => inner.subscribe(listener) }),
  };
  return store;
}
