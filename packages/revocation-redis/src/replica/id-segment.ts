import type { IdHash } from "./id-hash.js";

/** A slot: four words of the id, then one with the deadline and, in its lowest bit, the mark. */
const SLOT = 5;
const MIN_SLOTS = 16;

/** The latest deadline that there is room for beside the mark. */
export const LATEST: number = 2 ** 31 - 1;

/** An id with its deadline. */
export interface IdEntry {
  readonly words: Uint32Array;
  readonly deadline: number;
}

/**
 * A small hash table of 128-bit ids with deadlines: open addressing, linear probing, one typed array.
 * A deadline is an integer from 1 to {@link LATEST}; an entry has ended where it is not above `now`.
 *
 * Nothing is ever taken out of its slot. A table that gets crowded is built anew from what is live, in
 * the size that fits: ended entries leave no traces that slow down look-ups.
 */
export class IdSegment {
  readonly #hash: IdHash;
  #slots: Uint32Array = new Uint32Array(MIN_SLOTS * SLOT);
  #mask: number = MIN_SLOTS - 1;
  #size = 0;
  // Never later than the first deadline held, so that most sweeps need no look at the entries.
  #earliest: number = LATEST;

  constructor(hash: IdHash) {
    this.#hash = hash;
  }

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** The deadline kept for an id, whether it has passed or not; 0 where there is none. */
  deadlineOf(words: Uint32Array, hash: number): number {
    return (this.#slots[this.#find(words, 0, hash) + 4] as number) >>> 1;
  }

  /** Sets the deadline of an id, new or not. The mark of a live one stays. */
  set(words: Uint32Array, hash: number, deadline: number, marked: boolean, now: number): void {
    let at = this.#find(words, 0, hash);
    if (this.#slots[at + 4] === 0) {
      // Beyond three quarters, runs of used slots get long.
      if (4 * (this.#size + 1) > 3 * (this.#mask + 1)) {
        this.#rebuild(now);
        at = this.#find(words, 0, hash);
      }
      this.#slots.set(words, at);
      this.#size += 1;
    }
    const last = this.#slots[at + 4] as number;
    const mark = marked || (isMarked(last) && isLive(last, now)) ? 1 : 0;
    this.#slots[at + 4] = deadline * 2 + mark;
    this.#earliest = Math.min(this.#earliest, deadline);
  }

  /** Drops what has ended. */
  sweep(now: number): void {
    if (this.#size > 0 && this.#earliest <= now) this.#rebuild(now);
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    const slots = this.#slots;
    for (let at = 4; at < slots.length; at += SLOT) slots[at] = (slots[at] as number) & ~1;
  }

  /** Copies of the entries without a mark whose deadline is above `now`. */
  unmarked(now: number): IdEntry[] {
    const slots = this.#slots;
    const entries: IdEntry[] = [];
    for (let at = 0; at < slots.length; at += SLOT) {
      const last = slots[at + 4] as number;
      if (!isLive(last, now) || isMarked(last)) continue;
      entries.push({ words: slots.slice(at, at + 4), deadline: last >>> 1 });
    }
    return entries;
  }

  /** Moves what is live into a table of the size that fits. */
  #rebuild(now: number): void {
    const old = this.#slots;
    let live = 0;
    for (let at = 4; at < old.length; at += SLOT) if (isLive(old[at] as number, now)) live += 1;
    let slots = MIN_SLOTS;
    // Room for a while, so that the next time is not soon; at 32.5 % full, an entry takes 61.5 bytes.
    while (live > 0.65 * slots) slots *= 2;
    this.#slots = new Uint32Array(slots * SLOT);
    this.#mask = slots - 1;
    this.#size = live;
    this.#earliest = LATEST;
    for (let at = 0; at < old.length; at += SLOT) {
      if (isLive(old[at + 4] as number, now)) this.#move(old, at);
    }
  }

  #move(from: Uint32Array, begin: number): void {
    const at = this.#find(from, begin, this.#hash(from, begin));
    for (let word = 0; word < SLOT; word += 1) {
      this.#slots[at + word] = from[begin + word] as number;
    }
    this.#earliest = Math.min(this.#earliest, (from[begin + 4] as number) >>> 1);
  }

  /** Where the slot of an id begins: the one that holds it, else the free one that it belongs in. */
  #find(words: Uint32Array, begin: number, hash: number): number {
    const slots = this.#slots;
    let at = (hash & this.#mask) * SLOT;
    while (
      slots[at + 4] !== 0 &&
      (slots[at] !== words[begin] ||
        slots[at + 1] !== words[begin + 1] ||
        slots[at + 2] !== words[begin + 2] ||
        slots[at + 3] !== words[begin + 3])
    ) {
      at += SLOT;
      if (at === slots.length) at = 0;
    }
    return at;
  }
}

function isMarked(last: number): boolean {
  return (last & 1) === 1;
}

function isLive(last: number, now: number): boolean {
  return last >>> 1 > now;
}
