import {
  AnchorTable,
  type RevocationEvent,
  RevocationStoreError,
  RevocationStoreFullError,
  TextTable,
} from "@caracalai/revocation";
import { RevocationKeys } from "../store/revocation-keys.js";

const KEYS = new RevocationKeys();

/** How long anchors that are no UUIDs may be on average where all are held, in UTF-16 units. */
const MEAN_TEXT_LENGTH = 64;
/** So that a replica for a few entries takes long texts all the same. */
const MIN_TEXT_ROOM = 65_536;

interface EpochEntry {
  readonly value: number;
  readonly expiry: number;
}

/** A revocation and how long it lives: `expiry` is a time of the monotonic clock in milliseconds. */
export interface LocalRevocation {
  readonly event: RevocationEvent;
  readonly expiry: number;
}

/**
 * All revocations that one instance knows of, in its memory. Nothing is ever taken out before its end.
 * Entries are marked that the shared keys or a stream are known to hold too: what is left without a
 * mark, Redis has lost.
 *
 * Times are milliseconds of a monotonic clock and are passed in.
 */
export class LocalRevocations {
  readonly #maxEntries: number;
  readonly #anchors: AnchorTable;
  readonly #epochs = new TextTable<EpochEntry>(({ expiry }) => expiry);
  readonly #notify: (event: RevocationEvent) => void;
  #unreadable: ReadonlySet<string> = new Set();

  /** @param notify - is called for each anchor newly revoked and each epoch that grew. */
  constructor(maxEntries: number, notify: (event: RevocationEvent) => void) {
    this.#maxEntries = maxEntries;
    const maxTextLength = Math.max(MIN_TEXT_ROOM, MEAN_TEXT_LENGTH * maxEntries);
    this.#anchors = new AnchorTable({ owner: "revocation replica", maxEntries, maxTextLength });
    this.#notify = notify;
  }

  /** How many anchors and zones are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#anchors.size + this.#epochs.size;
  }

  /**
   * Whether an anchor is revoked.
   *
   * @throws RevocationStoreError where the anchor is named like a zone's epoch, and the zone has one:
   *   another writer may have meant the anchor.
   */
  isRevoked(anchor: string, now: number): boolean {
    if (this.#anchors.has(anchor, now)) return true;
    if (!KEYS.isReserved(anchor)) return false;
    const meaning = KEYS.meaningOf(KEYS.ambiguous(anchor));
    if (meaning?.kind === "epoch" && this.epochOf(meaning.zoneId, now) > 0) {
      throw new RevocationStoreError("The anchor is named like the delegation epoch of a zone.");
    }
    return false;
  }

  /** The zones for which Redis holds something that is no epoch: it may stand for a high one. */
  set unreadableZones(zones: ReadonlySet<string>) {
    this.#unreadable = zones;
  }

  /**
   * A zone's delegation epoch; 0 where none is known.
   *
   * @throws RevocationStoreError where Redis holds something else for the zone.
   */
  epochOf(zoneId: string, now: number): number {
    if (this.#unreadable.has(zoneId)) {
      throw new RevocationStoreError(
        "Redis holds no delegation epoch of this zone that can be read.",
      );
    }
    return this.#epochs.get(zoneId, now)?.value ?? 0;
  }

  /**
   * Adds a revocation: no entry is shortened by it, and no epoch lowered.
   *
   * @throws RevocationStoreFullError where there is no room for it; no live entry is dropped.
   */
  add({ event, expiry }: LocalRevocation, marked: boolean, now: number): void {
    const isNews =
      event.kind === "anchor"
        ? this.#anchors.add({ anchor: event.anchor, expiry }, marked, now)
        : this.#raise(event, expiry, marked, now);
    if (isNews) this.#notify(event);
  }

  /** Drops some of what has ended, in a time that does not depend on how much is held. */
  sweepSome(now: number): void {
    this.#anchors.sweepSome(now);
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    this.#anchors.unmark();
    this.#epochs.unmark();
  }

  /** The live entries without a mark. Entries may be added and marked meanwhile. */
  *unmarked(now: number): Generator<LocalRevocation> {
    for (const [zoneId, { value: epoch, expiry }] of this.#epochs.unmarked(now)) {
      yield { event: { kind: "epoch", zoneId, epoch }, expiry };
    }
    for (const { anchor, expiry } of this.#anchors.unmarked(now)) {
      yield { event: { kind: "anchor", anchor }, expiry };
    }
  }

  /** A mark that was set for a lower epoch says nothing about a higher one. */
  #raise(
    { zoneId, epoch }: RevocationEvent & { readonly kind: "epoch" },
    expiry: number,
    marked: boolean,
    now: number,
  ): boolean {
    const known = this.#epochs.get(zoneId, now) ?? { value: 0, expiry: 0 };
    const value = Math.max(known.value, epoch);
    // Epoch 0 says what an unknown zone says, and is not worth a place.
    if (value === 0) return false;
    if (!this.#epochs.has(zoneId)) this.#makeRoom(now);
    const keepsMark = value === known.value && this.#epochs.isMarked(zoneId, now);
    const isMarked = keepsMark || (marked && value === epoch);
    this.#epochs.set(zoneId, { value, expiry: Math.max(known.expiry, expiry) }, isMarked, now);
    return value > known.value;
  }

  #makeRoom(now: number): void {
    if (this.#epochs.size < this.#maxEntries) return;
    this.#epochs.sweep(now);
    if (this.#epochs.size < this.#maxEntries) return;
    throw new RevocationStoreFullError(
      `The revocation replica holds ${this.#maxEntries} live zones, its maxEntries. The new one is not stored.`,
    );
  }
}
