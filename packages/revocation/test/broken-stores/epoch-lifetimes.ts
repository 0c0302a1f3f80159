import { InMemoryRevocationStore } from "@caracalai/revocation";
import type { BrokenStore } from "./broken-store.js";

interface EpochEntry {
  readonly epoch: number;
  /** In milliseconds of the monotonic clock. */
  readonly expiry: number;
}

/** Right about which epoch is kept, wrong about until when. */
class MisjudgesLifetimes extends InMemoryRevocationStore {
  readonly #entries = new Map<string, EpochEntry>();
  readonly #expiryOf: (known: EpochEntry, marked: EpochEntry) => number;

  constructor(expiryOf: (known: EpochEntry, marked: EpochEntry) => number) {
    super();
    this.#expiryOf = expiryOf;
  }
  override currentDelegationEpoch(zoneId: string): number {
    return this.#live(zoneId)?.epoch ?? 0;
  }
  override markDelegationEpoch(zoneId: string, epoch: number, ttlMs = 60_000): void {
    const marked = { epoch, expiry: performance.now() + ttlMs };
    const known = this.#live(zoneId) ?? marked;
    const kept = Math.max(known.epoch, epoch);
    this.#entries.set(zoneId, { epoch: kept, expiry: this.#expiryOf(known, marked) });
  }
  #live(zoneId: string): EpochEntry | undefined {
    const entry = this.#entries.get(zoneId);
    return entry !== undefined && performance.now() < entry.expiry ? entry : undefined;
  }
}

const longer = (known: EpochEntry, marked: EpochEntry): number =>
  Math.max(known.expiry, marked.expiry);

const ENDS = "an epoch ends with its TTL and not before";
const NOT_EARLIER = "no mark ends an epoch earlier";
const EXTENDS = "a longer TTL extends an epoch";

export const storesWithBrokenEpochLifetimes: readonly BrokenStore[] = [
  {
    fault: "never ends an epoch",
    create: () => new MisjudgesLifetimes(() => Number.POSITIVE_INFINITY),
    told: { [ENDS]: "the end of an epoch with a short TTL: not so within 200 ms." },
  },
  {
    fault: "ends epochs early",
    create: () => new MisjudgesLifetimes(() => performance.now() + 1),
    told: { [ENDS]: "whether the epoch ended early: expected false, got true." },
  },
  {
    fault: "shortens an epoch with the same",
    create: () =>
      new MisjudgesLifetimes((known, marked) =>
        marked.epoch < known.epoch ? longer(known, marked) : marked.expiry,
      ),
    told: { [NOT_EARLIER]: "the epoch after the same one with a short TTL: expected 5, got 0." },
  },
  {
    fault: "shortens an epoch with a higher one",
    create: () =>
      new MisjudgesLifetimes((known, marked) =>
        marked.epoch <= known.epoch ? longer(known, marked) : marked.expiry,
      ),
    told: { [NOT_EARLIER]: "the epoch after a higher one with a short TTL: expected 6, got 0." },
  },
  {
    fault: "never extends an epoch",
    create: () => new MisjudgesLifetimes((known) => known.expiry),
    told: { [EXTENDS]: "the epoch after the same one with a long TTL: expected 5, got 0." },
  },
  {
    fault: "does not extend an epoch with a higher one",
    create: () =>
      new MisjudgesLifetimes((known, marked) =>
        marked.epoch > known.epoch ? known.expiry : longer(known, marked),
      ),
    told: { [EXTENDS]: "the epoch after a higher one with a long TTL: expected 6, got 0." },
  },
  {
    fault: "does not extend an epoch with a lower one",
    create: () =>
      new MisjudgesLifetimes((known, marked) =>
        marked.epoch < known.epoch ? known.expiry : longer(known, marked),
      ),
    told: { [EXTENDS]: "whether a lower epoch with a long TTL is kept: expected true, got false." },
  },
];
