import { InMemoryRevocationStore, type RevocationEvent } from "@caracalai/revocation";
import { revocationStoreContract } from "@caracalai/revocation/testing";
import { beforeEach, describe, test, vi } from "vitest";

// The suite must not refuse a store for being slow: only for being wrong.
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

const SHORT_TTL_MS = 30;
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Its events come from elsewhere, over a network, one after the other. */
class TellsLater extends InMemoryRevocationStore {
  override subscribe(listener: (event: RevocationEvent) => void): () => void {
    let arrived = Promise.resolve();
    let ended = false;
    const end = super.subscribe((event) => {
      arrived = arrived.then(() => later(5)).then(() => (ended ? undefined : listener(event)));
      arrived = arrived.catch(() => {});
    });
    return () => {
      ended = true;
      end();
    };
  }
}

/** A mark with a TTL takes longer than a short entry lives, as over a line that stalls. */
class MarksSlowly extends InMemoryRevocationStore {
  override async markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): Promise<void> {
    if (ttlMs !== undefined) await later(SHORT_TTL_MS + 10);
    super.markDelegationEpoch(zoneId, epoch, ttlMs);
  }
}

describe.each([
  ["tells later of what it knows", () => new TellsLater()],
  ["is slower than its entries end", () => new MarksSlowly()],
])("a store that %s keeps the contract", (_, create) => {
  const offers = { check: true, subscribe: true };
  const cases = revocationStoreContract({ create, offers, shortTtlMs: SHORT_TTL_MS });
  for (const { name, run } of cases) test(name, run);
});
