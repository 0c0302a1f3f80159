import {
  InMemoryRevocationStore,
  type RevocationEvent,
  type RevocationQuery,
  type RevocationState,
  type RevocationStore,
} from "@caracalai/revocation";

// Each store is wrong in one way that stores have been wrong in. The contract suite is worth having
// only if it tells every one of them.

export class FailsOpen extends InMemoryRevocationStore {
  override isRevoked(): boolean {
    return false;
  }
}

export class FailsClosed extends InMemoryRevocationStore {
  override isRevoked(): boolean {
    return true;
  }
}

export class AnswersUndefined extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return (super.isRevoked(anchor) || undefined) as boolean;
  }
}

export class AnswersText extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return (super.isRevoked(anchor) ? "1" : false) as boolean;
  }
}

export class FoldsCase extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return super.isRevoked(anchor.toLowerCase());
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(typeof anchor === "string" ? anchor.toLowerCase() : anchor, ttlMs);
  }
}

export class CutsAnchors extends InMemoryRevocationStore {
  override isRevoked(anchor: string): boolean {
    return super.isRevoked(anchor.slice(0, 255));
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(typeof anchor === "string" ? anchor.slice(0, 255) : anchor, ttlMs);
  }
}

export class DropsTheOldest extends InMemoryRevocationStore {
  readonly #kept: string[] = [];
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    this.#kept.push(anchor);
    if (this.#kept.length > 500) this.#kept.shift();
  }
  override isRevoked(anchor: string): boolean {
    return super.isRevoked(anchor) && this.#kept.includes(anchor);
  }
}

/** A store made of nothing but expiries, each of which a new mark overwrites. */
export class LastMarkWins implements RevocationStore {
  readonly #anchors = new Map<string, number>();
  readonly #epochs = new Map<string, { epoch: number; expiry: number }>();

  isRevoked(anchor: string): boolean {
    return performance.now() < (this.#anchors.get(anchor) ?? 0);
  }
  markRevoked(anchor: string, ttlMs = 60_000): void {
    this.#anchors.set(anchor, performance.now() + ttlMs);
  }
  currentDelegationEpoch(zoneId: string): number {
    const entry = this.#epochs.get(zoneId);
    return entry !== undefined && performance.now() < entry.expiry ? entry.epoch : 0;
  }
  markDelegationEpoch(zoneId: string, epoch: number, ttlMs = 60_000): void {
    this.#epochs.set(zoneId, { epoch, expiry: performance.now() + ttlMs });
  }
}

export class NeverEnds extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    super.markRevoked(anchor);
  }
}

export class EndsEarly extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    super.markRevoked(anchor, ttlMs / 1_000);
  }
}

export class IgnoresBadTtls extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    if (ttlMs > 0 && Number.isFinite(ttlMs)) super.markRevoked(anchor, ttlMs);
  }
}

export class ThrowsTheWrongError extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs?: number): void {
    try {
      super.markRevoked(anchor, ttlMs);
    } catch {
      throw "refused";
    }
  }
}

export class WholeMillisecondsOnly extends InMemoryRevocationStore {
  override markRevoked(anchor: string, ttlMs = 60_000): void {
    if (ttlMs > 0 && !Number.isInteger(ttlMs)) throw new RangeError("not an integer");
    super.markRevoked(anchor, ttlMs);
  }
}

export class ComparesEpochsAsText extends InMemoryRevocationStore {
  readonly #epochs = new Map<string, number>();
  override currentDelegationEpoch(zoneId: string): number {
    return this.#epochs.get(zoneId) ?? 0;
  }
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): void {
    super.markDelegationEpoch(zoneId, epoch, ttlMs);
    if (`${epoch}` > `${this.#epochs.get(zoneId) ?? 0}`) this.#epochs.set(zoneId, epoch);
  }
}

export class OneEpochForAll extends InMemoryRevocationStore {
  override currentDelegationEpoch(): number {
    return super.currentDelegationEpoch("all");
  }
  override markDelegationEpoch(_zoneId: string, epoch: number, ttlMs?: number): void {
    super.markDelegationEpoch("all", epoch, ttlMs);
  }
}

export class IgnoresBadEpochs extends InMemoryRevocationStore {
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs?: number): void {
    if (Number.isSafeInteger(epoch) && epoch >= 0) super.markDelegationEpoch(zoneId, epoch, ttlMs);
  }
}

/** Anchors and epochs in one key space, where an anchor's entry overwrites an epoch's. */
export class SharesKeys extends InMemoryRevocationStore {
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

/** Reads, waits, writes: what came in between is lost. */
export class LosesConcurrentMarks implements RevocationStore {
  readonly #store = new InMemoryRevocationStore();
  readonly #epochs = new Map<string, number>();
  isRevoked = (anchor: string): boolean => this.#store.isRevoked(anchor);
  markRevoked = (anchor: string, ttlMs?: number): void => this.#store.markRevoked(anchor, ttlMs);
  currentDelegationEpoch = (zoneId: string): number => this.#epochs.get(zoneId) ?? 0;
  async markDelegationEpoch(zoneId: string, epoch: number): Promise<void> {
    const known = this.currentDelegationEpoch(zoneId);
    await Promise.resolve();
    if (epoch > known) this.#epochs.set(zoneId, epoch);
  }
}

export class ChecksTheFirstAnchorOnly extends InMemoryRevocationStore {
  override check({ anchors, ...query }: RevocationQuery): RevocationState {
    return super.check({ anchors: anchors.slice(0, 1), ...query });
  }
}

export class ChecksNoEpoch extends InMemoryRevocationStore {
  override check({ anchors }: RevocationQuery): RevocationState {
    return super.check({ anchors });
  }
}

export class ChecksAnOldState extends InMemoryRevocationStore {
  readonly #seen = new Set<string>();
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    this.#seen.add(anchor);
  }
  override check(query: RevocationQuery): RevocationState {
    const revoked = query.anchors.some((anchor) => this.#seen.has(anchor));
    return { ...super.check(query), revoked };
  }
}

export class TellsOfExtensions extends InMemoryRevocationStore {
  protected readonly listeners: ((event: RevocationEvent) => void)[] = [];
  override subscribe(listener: (event: RevocationEvent) => void): () => void {
    this.listeners.push(listener);
    return () => {};
  }
  override markRevoked(anchor: string, ttlMs?: number): void {
    super.markRevoked(anchor, ttlMs);
    for (const listener of this.listeners) listener({ kind: "anchor", anchor });
  }
}

export class TellsBeforeItKnows extends TellsOfExtensions {
  override markRevoked(anchor: string, ttlMs?: number): void {
    for (const listener of this.listeners) listener({ kind: "anchor", anchor });
    InMemoryRevocationStore.prototype.markRevoked.call(this, anchor, ttlMs);
  }
}

export class TellsNothing extends InMemoryRevocationStore {
  override subscribe(): () => void {
    return () => {};
  }
}

/** Has the methods of the contract and none of the optional ones. */
export class Bare extends LastMarkWins {}
