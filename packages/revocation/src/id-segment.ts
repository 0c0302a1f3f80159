import type { IdFilter } from "./id-filter.js";
import type { IdHash } from "./id-hash.js";
import { printOfWords } from "./uuid-words.js";

/** A slot: four words of the id, then its expiry, which takes the room of two. */
const SLOT_WORDS = 6;
const SLOT_NUMBERS = 3;
const SLOT_BYTES = 24;
const MIN_SLOTS = 16;

/** What a segment without entries has: one free slot, which is never written to. */
const NO_WORDS: Uint32Array<ArrayBuffer> = new Uint32Array(SLOT_WORDS);
const NO_NUMBERS: Float64Array<ArrayBuffer> = new Float64Array(NO_WORDS.buffer);

/** An id and when its entry ends. */
export interface IdEntry {
  readonly words: Uint32Array;
  readonly expiry: number;
}

/**
 * A small hash table of 128-bit ids whose entries end: open addressing, linear probing, one buffer. An
 * expiry is a number above 0; an entry has ended where `now` has reached it. Marked ones are kept as
 * negative numbers.
 *
 * Nothing is ever taken out of its slot. A table that gets crowded is built anew from what is live, in
 * the size that fits: ended entries leave no traces that slow down look-ups.
 */
export class IdSegment {
  readonly #hash: IdHash;
  // Two views of one buffer: an id and its expiry are mostly fetched from memory together.
  #words = NO_WORDS;
  #numbers = NO_NUMBERS;
  #slots = 1;
  #size = 0;
  // Never later than the first expiry held, so that most sweeps need no look at the entries.
  #earliest: number = Number.POSITIVE_INFINITY;

  constructor(hash: IdHash) {
    this.#hash = hash;
  }

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#size;
  }

  /** What the entries take. */
  get bytes(): number {
    return this.#words.byteLength;
  }

  /** When the entry of an id ends, whether it has or not; 0 where there is none. */
  expiryOf(words: Uint32Array, hash: number): number {
    return Math.abs(this.#expiryAt(this.#find(words, 0, hash)));
  }

  /**
   * Sets when the entry of an id ends, new or not. The mark of a live one stays.
   *
   * @returns whether the id is new here.
   */
  set(words: Uint32Array, hash: number, expiry: number, marked: boolean, now: number): boolean {
    let slot = this.#find(words, 0, hash);
    const isNew = this.#expiryAt(slot) === 0;
    if (isNew) {
      // Beyond three quarters, runs of used slots get long.
      if (4 * (this.#size + 1) > 3 * this.#slots) {
        this.#rebuild(now);
        slot = this.#find(words, 0, hash);
      }
      this.#words.set(words, slot * SLOT_WORDS);
      this.#size += 1;
    }
    const keepsMark = marked || this.#expiryAt(slot) < -now;
    this.#numbers[numberAt(slot)] = keepsMark ? -expiry : expiry;
    this.#earliest = Math.min(this.#earliest, expiry);
    return isNew;
  }

  /** Has a filter know all that is held. */
  addTo(filter: IdFilter): void {
    for (let slot = 0; slot < this.#slots; slot += 1) {
      if (this.#expiryAt(slot) !== 0) filter.add(printOfWords(this.#words, slot * SLOT_WORDS));
    }
  }

  /** Drops what has ended. */
  sweep(now: number): void {
    if (this.#earliest <= now) this.#rebuild(now);
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    if (this.#size === 0) return;
    for (let slot = 0; slot < this.#slots; slot += 1) {
      this.#numbers[numberAt(slot)] = Math.abs(this.#expiryAt(slot));
    }
  }

  /** Copies of the entries without a mark that have not ended. */
  unmarked(now: number): IdEntry[] {
    const entries: IdEntry[] = [];
    for (let slot = 0; slot < this.#slots; slot += 1) {
      const expiry = this.#expiryAt(slot);
      if (expiry <= now) continue;
      const at = slot * SLOT_WORDS;
      entries.push({ words: this.#words.slice(at, at + 4), expiry });
    }
    return entries;
  }

  /** Moves what is live into a table of the size that fits. Where there is no memory, all stays as it is. */
  #rebuild(now: number): void {
    const [words, numbers, slots] = [this.#words, this.#numbers, this.#slots];
    let live = 0;
    for (let slot = 0; slot < slots; slot += 1) {
      if (Math.abs(numbers[numberAt(slot)] as number) > now) live += 1;
    }
    // Half full, an entry takes two slots, and there is room for half as many more.
    const slotsOfNext = Math.max(MIN_SLOTS, 2 * live);
    const buffer = new ArrayBuffer(slotsOfNext * SLOT_BYTES);
    const [wordsOfNext, numbersOfNext] = [new Uint32Array(buffer), new Float64Array(buffer)];
    this.#slots = slotsOfNext;
    this.#words = wordsOfNext;
    this.#numbers = numbersOfNext;
    this.#size = live;
    this.#earliest = Number.POSITIVE_INFINITY;
    for (let slot = 0; slot < slots; slot += 1) {
      const expiry = numbers[numberAt(slot)] as number;
      if (Math.abs(expiry) > now) this.#move(words, slot * SLOT_WORDS, expiry);
    }
  }

  /** @param expiry - negative where it is marked */
  #move(from: Uint32Array, begin: number, expiry: number): void {
    const slot = this.#find(from, begin, this.#hash(from, begin));
    for (let word = 0; word < 4; word += 1) {
      this.#words[slot * SLOT_WORDS + word] = from[begin + word] as number;
    }
    this.#numbers[numberAt(slot)] = expiry;
    this.#earliest = Math.min(this.#earliest, Math.abs(expiry));
  }

  #expiryAt(slot: number): number {
    return this.#numbers[numberAt(slot)] as number;
  }

  /** The slot of an id: the one that holds it, else the free one that it belongs in. */
  #find(id: Uint32Array, begin: number, hash: number): number {
    const [words, numbers] = [this.#words, this.#numbers];
    // The hash as a fraction of its range, so that any number of slots will do.
    let slot = Math.floor((hash * this.#slots) / 2 ** 32);
    while (numbers[numberAt(slot)] !== 0) {
      const at = slot * SLOT_WORDS;
      if (
        words[at] === id[begin] &&
        words[at + 1] === id[begin + 1] &&
        words[at + 2] === id[begin + 2] &&
        words[at + 3] === id[begin + 3]
      ) {
        return slot;
      }
      slot += 1;
      if (slot === this.#slots) slot = 0;
    }
    return slot;
  }
}

/** Where the expiry of a slot is, behind its four words. */
function numberAt(slot: number): number {
  return slot * SLOT_NUMBERS + 2;
}
