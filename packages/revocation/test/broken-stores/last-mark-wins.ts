import type { RevocationStore } from "@caracalai/revocation";
import type { BrokenStore } from "./broken-store.js";

/**
 * A store made of nothing but expiries, each of which a new mark overwrites. It has the methods of the
 * contract, and none of the optional ones.
 */
export class LastMarkWins implements RevocationStore {
  protected readonly anchors = new Map<string, number>();
  readonly #epochs = new Map<string, { epoch: number; expiry: number }>();

  isRevoked(anchor: string): boolean {
    return performance.now() < (this.anchors.get(anchor) ?? 0);
  }
  markRevoked(anchor: string, ttlMs = 60_000): void {
    this.anchors.set(anchor, performance.now() + ttlMs);
  }
  currentDelegationEpoch(zoneId: string): number {
    const entry = this.#epochs.get(zoneId);
    return entry !== undefined && performance.now() < entry.expiry ? entry.epoch : 0;
  }
  markDelegationEpoch(zoneId: string, epoch: number, ttlMs = 60_000): void {
    this.#epochs.set(zoneId, { epoch, expiry: performance.now() + ttlMs });
  }
}

export const storesThatOverwrite: readonly BrokenStore[] = [
  {
    fault: "lets the last mark win, whatever it is",
    create: () => new LastMarkWins(),
    told: {
      "what is no anchor is refused with a TypeError":
        'markRevoked(""): the error: expected "TypeError", got undefined.',
      "a shorter TTL never ends an entry earlier":
        "isRevoked, long then short TTL: expected true, got false.",
      "a TTL that is none is refused with a RangeError and changes nothing":
        'markRevoked with the TTL 0 (number): the error: expected "RangeError", got undefined.',
      "a zone's epoch grows and never decreases":
        "the epoch after 9 was marked: expected 10, got 9.",
      "no mark ends an epoch earlier":
        "the epoch after a lower one with a short TTL: expected 5, got 0.",
      "what is no zone, no epoch or no TTL is refused and changes nothing":
        'markDelegationEpoch("", 8): the error: expected "TypeError", got undefined.',
      "concurrent marks of one anchor leave the longest lifetime":
        "isRevoked after concurrent marks: expected true, got false.",
      "concurrent marks of one zone leave the highest epoch":
        "epoch after concurrent marks: expected 50, got 44.",
    },
  },
  {
    fault: "lacks what it is said to offer",
    create: () => new LastMarkWins(),
    told: {
      "the store has the optional methods it is said to offer, and no other":
        "whether the store has check: expected true, got false.",
      "the batch check of an empty store finds nothing": "The store has no batch check.",
      "a subscriber hears of each new revocation once, and of no extension":
        "The store has no subscription.",
    },
  },
];
