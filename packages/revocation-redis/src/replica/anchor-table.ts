import { RevocationStoreFullError } from "@caracalai/revocation";
import { LATEST } from "./id-segment.js";
import { IdTable } from "./id-table.js";
import { TextTable } from "./text-table.js";
import { printUuid, readUuid } from "./uuid-words.js";

/** Deadlines of UUIDs are kept in tenths of a second: 31 bits of them are 6.8 years. */
const TICK_MS = 100;

/** How long anchors that are no UUIDs may be on average in a full table, in UTF-16 units. */
const MEAN_TEXT_LENGTH = 64;
/** So that a table for a few entries takes long texts all the same. */
const MIN_TEXT_ROOM = 65_536;

/** A live revocation. `expiry` is a time of the monotonic clock in milliseconds. */
export interface AnchorEntry {
  readonly anchor: string;
  readonly expiry: number;
}

/**
 * The anchors that are revoked, bounded. UUIDs in canonical form and lower case take at most 64 bytes
 * each; any other anchor is kept as it is written, so that no two are ever taken for one another.
 *
 * Times are milliseconds of a monotonic clock and are passed in. An entry never ends early; that of a
 * UUID ends up to 0.1 seconds late.
 */
export class AnchorTable {
  readonly #maxEntries: number;
  readonly #maxTextLength: number;
  readonly #ids: IdTable;
  readonly #texts = new TextTable<true>();
  readonly #words = new Uint32Array(4);

  /** @param seed - as for {@link IdTable}. */
  constructor(maxEntries: number, seed: number) {
    this.#maxEntries = maxEntries;
    this.#maxTextLength = Math.max(MIN_TEXT_ROOM, MEAN_TEXT_LENGTH * maxEntries);
    this.#ids = new IdTable(maxEntries, seed);
  }

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#ids.size + this.#texts.size;
  }

  /** What the UUIDs take, in bytes. */
  get idBytes(): number {
    return this.#ids.bytes;
  }

  /** Whether an anchor is revoked. */
  has(anchor: string, now: number): boolean {
    return readUuid(anchor, this.#words)
      ? isLive(this.#ids.deadlineOf(this.#words), now)
      : this.#texts.get(anchor, now) !== undefined;
  }

  /**
   * Revokes an anchor until `expiry` at least: an entry that is there is never shortened.
   *
   * @param marked - marks the entry; the mark of a live one stays.
   * @returns whether the anchor was not revoked before.
   * @throws RevocationStoreFullError where there is no room for it; no live entry is dropped.
   */
  add({ anchor, expiry }: AnchorEntry, marked: boolean, now: number): boolean {
    return readUuid(anchor, this.#words)
      ? this.#addId(expiry, marked, now)
      : this.#addText({ anchor, expiry }, marked, now);
  }

  /** Drops some of what has ended, in a time that does not depend on how much is held. */
  sweepSome(now: number): void {
    this.#ids.sweepSome(Math.floor(now / TICK_MS));
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    this.#ids.unmark();
    this.#texts.unmark();
  }

  /** The live entries without a mark. Entries may be added and marked meanwhile. */
  *unmarked(now: number): Generator<AnchorEntry> {
    for (const { words, deadline } of this.#ids.unmarked(Math.floor(now / TICK_MS))) {
      const expiry = deadline === LATEST ? Number.POSITIVE_INFINITY : deadline * TICK_MS;
      yield { anchor: printUuid(words), expiry };
    }
    for (const [anchor, { expiry }] of this.#texts.unmarked(now)) yield { anchor, expiry };
  }

  #addId(expiry: number, marked: boolean, now: number): boolean {
    const known = this.#ids.deadlineOf(this.#words);
    if (known === 0) this.#makeRoom(now);
    const live = isLive(known, now);
    const deadline = Math.max(known, Math.min(Math.ceil(expiry / TICK_MS), LATEST));
    this.#ids.set(this.#words, deadline, marked, Math.floor(now / TICK_MS));
    return !live;
  }

  #addText({ anchor, expiry }: AnchorEntry, marked: boolean, now: number): boolean {
    const known = this.#texts.get(anchor, now);
    if (!this.#texts.has(anchor)) {
      this.#makeRoom(now);
      this.#makeTextRoom(anchor, now);
    }
    const latest = Math.max(known?.expiry ?? 0, expiry);
    const keepsMark = marked || this.#texts.isMarked(anchor, now);
    this.#texts.set(anchor, { value: true, expiry: latest }, keepsMark, now);
    return known === undefined;
  }

  #makeRoom(now: number): void {
    if (this.size < this.#maxEntries) return;
    this.#ids.sweep(Math.floor(now / TICK_MS));
    this.#texts.sweep(now);
    if (this.size < this.#maxEntries) return;
    throw new RevocationStoreFullError(
      `The revocation replica holds ${this.#maxEntries} live anchors, its maxEntries. The new one is not stored.`,
    );
  }

  #makeTextRoom(anchor: string, now: number): void {
    if (this.#texts.length + anchor.length <= this.#maxTextLength) return;
    this.#texts.sweep(now);
    if (this.#texts.length + anchor.length <= this.#maxTextLength) return;
    throw new RevocationStoreFullError(
      `The revocation replica holds ${this.#maxTextLength} characters of live anchors that are no UUIDs. The new one is not stored.`,
    );
  }
}

/** The last deadline there is stands for all later ones: such an entry does not end. */
function isLive(deadline: number, now: number): boolean {
  return now < deadline * TICK_MS || deadline === LATEST;
}
