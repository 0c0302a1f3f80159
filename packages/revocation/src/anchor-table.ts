import { type AnchorTableOptions, captureTableOptions } from "./anchor-table-options.js";
import { IdTable } from "./id-table.js";
import { requireExpiry } from "./mark-arguments.js";
import { RevocationStoreFullError } from "./revocation-store-full-error.js";
import { TextTable } from "./text-table.js";
import { printOf, printUuid, readUuid, UUID_LENGTH } from "./uuid-words.js";

/** A live revocation. `expiry` is a time of the monotonic clock in milliseconds. */
export interface AnchorEntry {
  readonly anchor: string;
  readonly expiry: number;
}

/**
 * The anchors that are revoked, bounded: what a store keeps in memory. Of many UUIDs in canonical form
 * and lower case, each takes at most 64 bytes; any other anchor is kept as it is written, so that no two
 * are ever taken for one another. No choice of anchors makes look-ups slow: where one is kept depends on
 * random numbers.
 *
 * Times are milliseconds of a monotonic clock, above 0, and are passed in. Entries end exactly at their
 * expiry. Marks are for the owner, who may want to know which entries it has met since it took all
 * marks off.
 */
export class AnchorTable {
  readonly #owner: string;
  readonly #maxEntries: number;
  readonly #maxTextLength: number;
  readonly #ids: IdTable;
  readonly #texts = new TextTable<number>((expiry) => expiry);
  readonly #words = new Uint32Array(4);

  /** @throws TypeError where an option is missing, unknown or out of its range. */
  constructor(options: AnchorTableOptions) {
    const { owner, maxEntries, maxTextLength } = captureTableOptions(options);
    this.#owner = owner;
    this.#maxEntries = maxEntries;
    this.#maxTextLength = maxTextLength;
    this.#ids = new IdTable(maxEntries);
  }

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#ids.size + this.#texts.size;
  }

  /** When the entry of an anchor ends, whether it has or not; 0 where there is none. */
  expiryOf(anchor: string): number {
    if (this.#mayHoldId(anchor) && readUuid(anchor, this.#words)) {
      return this.#ids.expiryOf(this.#words);
    }
    // Nor is text hashed for nothing.
    return this.#texts.size === 0 ? 0 : (this.#texts.find(anchor) ?? 0);
  }

  /** Whether an anchor is revoked: with an entry of TTL T, set at S, it is while now < S + T. */
  has(anchor: string, now: number): boolean {
    return now < this.expiryOf(anchor);
  }

  /**
   * Revokes an anchor until `expiry` at least: an entry that is there is never shortened.
   *
   * @param marked - marks the entry; the mark of a live one stays.
   * @returns whether the anchor was not revoked before.
   * @throws RangeError where the expiry is not a number above 0.
   * @throws RevocationStoreFullError where there is no room for it; no live entry is dropped.
   */
  add({ anchor, expiry }: AnchorEntry, marked: boolean, now: number): boolean {
    requireExpiry(expiry);
    const isUuid = readUuid(anchor, this.#words);
    const known = isUuid ? this.#ids.expiryOf(this.#words) : (this.#texts.find(anchor) ?? 0);
    if (known === 0) this.#makeRoom(now);
    const latest = Math.max(known, expiry);
    if (isUuid) this.#ids.set(this.#words, latest, marked, now);
    else this.#setText(anchor, latest, marked, now);
    return now >= known;
  }

  /** Drops all that has ended. */
  sweep(now: number): void {
    this.#ids.sweep(now);
    this.#texts.sweep(now);
  }

  /** Drops some of what has ended, in a time that does not depend on how much is held. */
  sweepSome(now: number): void {
    this.#ids.sweepSome(now);
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    this.#ids.unmark();
    this.#texts.unmark();
  }

  /** The live entries without a mark. Entries may be added and marked meanwhile. */
  *unmarked(now: number): Generator<AnchorEntry> {
    for (const { words, expiry } of this.#ids.unmarked(now)) {
      yield { anchor: printUuid(words), expiry };
    }
    for (const [anchor, expiry] of this.#texts.unmarked(now)) yield { anchor, expiry };
  }

  /** A look at a quarter of the characters, where there are UUIDs at all. */
  #mayHoldId(anchor: string): boolean {
    return (
      this.#ids.size > 0 && anchor.length === UUID_LENGTH && this.#ids.mayHold(printOf(anchor))
    );
  }

  #setText(anchor: string, expiry: number, marked: boolean, now: number): void {
    if (!this.#texts.has(anchor)) this.#makeTextRoom(anchor, now);
    this.#texts.set(anchor, expiry, marked || this.#texts.isMarked(anchor, now), now);
  }

  #makeRoom(now: number): void {
    if (this.size < this.#maxEntries || this.#ids.makeRoom(now)) return;
    this.#texts.sweep(now);
    if (this.size < this.#maxEntries) return;
    throw new RevocationStoreFullError(
      `The ${this.#owner} holds ${this.#maxEntries} live anchors, its maxEntries. The new one is not stored.`,
    );
  }

  #makeTextRoom(anchor: string, now: number): void {
    if (this.#texts.length + anchor.length <= this.#maxTextLength) return;
    this.#texts.sweep(now);
    if (this.#texts.length + anchor.length <= this.#maxTextLength) return;
    throw new RevocationStoreFullError(
      `The ${this.#owner} holds ${this.#maxTextLength} characters of live anchors that are no UUIDs. The new one is not stored.`,
    );
  }
}
