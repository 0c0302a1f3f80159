import { InMemoryRevocationStore } from "@caracalai/revocation";
import type { BrokenStore } from "./broken-store.js";

class AnswersNaN extends InMemoryRevocationStore {
  override currentDelegationEpoch(zoneId: string): number {
    return super.currentDelegationEpoch(zoneId) || Number.NaN;
  }
}

class ComparesEpochsAsText extends InMemoryRevocationStore {
  readonly #epochs = new Map<string, number>();
  override currentDelegationEpoch(zoneId: string): number {
    return this.#epochs.get(zoneId) ?? 0;
  }
  override markDelegationEpoch(zoneId: string, epoch: number): void {
    if (`${epoch}` > `${this.#epochs.get(zoneId) ?? 0}`) this.#epochs.set(zoneId, epoch);
  }
}

/** Reads, waits, writes: what came in between is lost. */
class LosesConcurrentMarks extends InMemoryRevocationStore {
  readonly #epochs = new Map<string, number>();
  override currentDelegationEpoch(zoneId: string): number {
    return this.#epochs.get(zoneId) ?? 0;
  }
  override async markDelegationEpoch(zoneId: string, epoch: number): Promise<void> {
    const known = this.currentDelegationEpoch(zoneId);
    await Promise.resolve();
    if (epoch > known) this.#epochs.set(zoneId, epoch);
  }
}

class OneEpochForAll extends InMemoryRevocationStore {
  override currentDelegationEpoch(): number {
    return super.currentDelegationEpoch("all");
  }
  override markDelegationEpoch(_zoneId: string, epoch: number, ttlMs?: number): void {
    super.markDelegationEpoch("all", epoch, ttlMs);
  }
}

/** An assignment to `__proto__` sets no key. */
class KeepsZonesInAnObject extends InMemoryRevocationStore {
  readonly #epochs: Record<string, number> = {};
  override currentDelegationEpoch(zoneId: string): number {
    return Object.hasOwn(this.#epochs, zoneId) ? Number(this.#epochs[zoneId]) : 0;
  }
  override markDelegationEpoch(zoneId: string, epoch: number): void {
    this.#epochs[zoneId] = epoch;
  }
}

class TakesAZoneForAnAnchor extends InMemoryRevocationStore {
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): void {
    super.markDelegationEpoch(zoneId, epoch, ttlMs);
    super.markRevoked(zoneId, ttlMs);
  }
}

/** Anchors and epochs in one key space, where an anchor's entry overwrites an epoch's. */
class TakesAnAnchorForAnEpoch extends InMemoryRevocationStore {
  readonly #overwritten = new Set<string>();
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    this.#overwritten.add(anchor);
  }
  override currentDelegationEpoch(zoneId: string): number {
    if (this.#overwritten.has(`delegation-epoch:${zoneId}`)) return 1;
    return super.currentDelegationEpoch(zoneId);
  }
}

class IgnoresBadEpochs extends InMemoryRevocationStore {
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): void {
    if (Number.isSafeInteger(epoch) && epoch >= 0) super.markDelegationEpoch(zoneId, epoch, ttlMs);
  }
}

class IgnoresBadEpochTtls extends InMemoryRevocationStore {
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs = 60_000): void {
    if (ttlMs > 0) super.markDelegationEpoch(zoneId, epoch, ttlMs);
  }
}

class RaisesBeforeItJudges extends InMemoryRevocationStore {
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): void {
    super.markDelegationEpoch(zoneId, epoch);
    super.markDelegationEpoch(zoneId, epoch, ttlMs);
  }
}

const BAD_MARKS = "what is no zone, no epoch or no TTL is refused and changes nothing";
const KEPT_APART = "zones are kept apart, from each other and from anchors";

export const storesWithBrokenEpochs: readonly BrokenStore[] = [
  {
    fault: "answers NaN for an unknown zone",
    create: () => new AnswersNaN(),
    told: {
      "a zone that was never marked has epoch 0":
        "the epoch of an unknown zone: expected 0, got NaN.",
    },
  },
  {
    fault: "compares epochs as text",
    create: () => new ComparesEpochsAsText(),
    told: {
      "a zone's epoch grows and never decreases":
        "the epoch after 10 was marked: expected 10, got 9.",
    },
  },
  {
    fault: "loses concurrent marks",
    create: () => new LosesConcurrentMarks(),
    told: {
      "concurrent marks of one zone leave the highest epoch":
        "epoch after concurrent marks: expected 50, got 44.",
    },
  },
  {
    fault: "has one epoch for all zones",
    create: () => new OneEpochForAll(),
    told: { [KEPT_APART]: 'the epoch of "Zone", not yet marked: expected 0, got 1.' },
  },
  {
    fault: "keeps zones as keys of an object",
    create: () => new KeepsZonesInAnObject(),
    told: { [KEPT_APART]: 'the epoch of "__proto__": expected 6, got 0.' },
  },
  {
    fault: "takes a zone for an anchor",
    create: () => new TakesAZoneForAnAnchor(),
    told: { [KEPT_APART]: "isRevoked of a zone's name: expected false, got true." },
  },
  {
    fault: "overwrites an epoch with an anchor",
    create: () => new TakesAnAnchorForAnEpoch(),
    told: {
      "an anchor that is named like an epoch's entry does not lower the epoch":
        "the epoch after the anchor was marked: expected 5, got 1.",
    },
  },
  {
    fault: "ignores bad epochs silently",
    create: () => new IgnoresBadEpochs(),
    told: {
      [BAD_MARKS]:
        'markDelegationEpoch with the epoch -1 (number): the error: expected "RangeError", got undefined.',
    },
  },
  {
    fault: "ignores bad TTLs of epochs silently",
    create: () => new IgnoresBadEpochTtls(),
    told: {
      [BAD_MARKS]:
        'markDelegationEpoch with the TTL 0 (number): the error: expected "RangeError", got undefined.',
    },
  },
  {
    fault: "raises an epoch before it refuses the TTL",
    create: () => new RaisesBeforeItJudges(),
    told: { [BAD_MARKS]: "the epoch after marks that were refused: expected 7, got 8." },
  },
];
