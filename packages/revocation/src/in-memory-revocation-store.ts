import { AnchorTable } from "./anchor-table.js";
import { checkEach } from "./check-each.js";
import { ExpiryMap } from "./expiry-map.js";
import { captureOptions, type InMemoryRevocationStoreOptions } from "./in-memory-options.js";
import { Listeners } from "./listeners.js";
import { requireEpoch, requireName, requireTtl } from "./mark-arguments.js";
import type {
  RevocationEvent,
  RevocationQuery,
  RevocationState,
  RevocationStore,
} from "./revocation-store.js";

interface EpochEntry {
  readonly epoch: number;
  readonly expiry: number;
}

/**
 * Revocations of one process, in its memory (decision rules, "Revocation store"): for a single
 * server, for tests, and as the local copy of a shared store. Every method answers synchronously.
 * Entries end by the monotonic clock: setting the wall clock has no effect on them.
 */
export class InMemoryRevocationStore implements RevocationStore {
  readonly #anchors: AnchorTable;
  readonly #epochs: ExpiryMap<EpochEntry>;
  readonly #defaultTtlMs: number;
  readonly #listeners = new Listeners();

  /** @throws TypeError where an option is unknown or out of its range. */
  constructor(options: InMemoryRevocationStoreOptions = {}) {
    const { defaultTtlMs, maxEntries } = captureOptions(options);
    this.#defaultTtlMs = defaultTtlMs;
    this.#anchors = new AnchorTable({ owner: "revocation store", maxEntries });
    this.#epochs = new ExpiryMap("zones", maxEntries, ({ expiry }) => expiry);
  }

  /** How many anchors are revoked by now. */
  get size(): number {
    this.#anchors.sweep(monotonicMs());
    return this.#anchors.size;
  }

  /**
   * Whether an anchor is revoked.
   *
   * @throws TypeError where the anchor is not a non-empty string: not to answer is safer than `false`.
   */
  isRevoked(anchor: string): boolean {
    requireName("anchor", anchor);
    const expiry = this.#anchors.expiryOf(anchor);
    // Nearly always there is no entry, and it takes as long to ask for the time as to look for one.
    return expiry > 0 && monotonicMs() < expiry;
  }

  /**
   * Revokes an anchor for `ttlMs` milliseconds (a positive finite number), by default for
   * `defaultTtlMs`. An entry that is there is never shortened.
   *
   * @throws TypeError where the anchor is not a non-empty string.
   * @throws RangeError where the TTL is out of its range.
   * @throws RevocationStoreFullError where the anchor is new and `maxEntries` live ones are held.
   */
  markRevoked(anchor: string, ttlMs: number = this.#defaultTtlMs): void {
    requireName("anchor", anchor);
    requireTtl(ttlMs);
    const now = monotonicMs();
    const isNew = this.#anchors.add({ anchor, expiry: now + ttlMs }, false, now);
    if (isNew) this.#listeners.notify({ kind: "anchor", anchor });
  }

  /**
   * A zone's delegation epoch; 0 where none is known, or where it has ended.
   *
   * @throws TypeError where the zone is not a non-empty string.
   */
  currentDelegationEpoch(zoneId: string): number {
    requireName("zoneId", zoneId);
    return this.#epochs.isEmpty ? 0 : (this.#epochs.get(zoneId, monotonicMs())?.epoch ?? 0);
  }

  /**
   * Raises a zone's delegation epoch for `ttlMs` milliseconds, by default for `defaultTtlMs`. The
   * higher of two epochs is kept for the longer of two lifetimes: epochs only ever grow, so a mandate
   * that is stale under the higher one is not any fresher when the lower one is marked again.
   *
   * @throws TypeError where the zone is not a non-empty string.
   * @throws RangeError where the epoch (a safe integer of 0 or more) or the TTL is out of its range.
   * @throws RevocationStoreFullError where the zone is new and `maxEntries` live ones are held.
   */
  markDelegationEpoch(zoneId: string, epoch: number, ttlMs: number = this.#defaultTtlMs): void {
    requireName("zoneId", zoneId);
    requireEpoch(epoch);
    requireTtl(ttlMs);
    const now = monotonicMs();
    const known = this.#epochs.get(zoneId, now) ?? { epoch: 0, expiry: 0 };
    const kept = Math.max(known.epoch, epoch);
    // Epoch 0 says what an unknown zone says, and is not worth a place.
    if (kept === 0) return;
    this.#epochs.set(zoneId, { epoch: kept, expiry: Math.max(known.expiry, now + ttlMs) }, now);
    if (epoch > known.epoch) this.#listeners.notify({ kind: "epoch", zoneId, epoch });
  }

  /**
   * Answers for all anchors and the epoch at once. It asks `isRevoked` and `currentDelegationEpoch`,
   * so that a subclass that overrides one of them is heard (where such an override answers with a
   * promise, so does this).
   *
   * @throws RevocationStoreError where an override answers with anything that is not an answer.
   */
  check(query: RevocationQuery): RevocationState {
    return checkEach(this, query);
  }

  /**
   * Calls the listener, synchronously and after the entry is stored, once for each anchor newly
   * revoked and for each epoch that grew. A function subscribed twice is called twice. What a
   * listener throws is reported with `console.error`. There is no limit to subscriptions: each is
   * kept, with what its listener holds on to, until the returned function is called.
   *
   * @throws TypeError where the listener is not a function.
   */
  subscribe(listener: (event: RevocationEvent) => void): () => void {
    return this.#listeners.add(listener);
  }
}

function monotonicMs(): number {
  return globalThis.performance.now();
}
