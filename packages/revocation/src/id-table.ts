import { IdFilter } from "./id-filter.js";
import { createIdHash, HASH_KEYS, type IdHash } from "./id-hash.js";
import { type IdEntry, IdSegment } from "./id-segment.js";
import { printOfWords } from "./uuid-words.js";

/** About how many entries a full table has in each segment: what one pause for growth moves. */
const SEGMENT_ENTRIES = 4_096;
const MAX_SEGMENTS = 4_096;

/**
 * A hash table of 128-bit ids whose entries end, at most 64 bytes for each of many. It is cut into
 * segments that grow by a half, each for itself: no insertion moves more than a few thousand entries,
 * and there is no moment at which all are held twice.
 *
 * Whoever chooses ids can't choose their places: those depend on random numbers of the table's own.
 * Times are of the owner's clock and unit, above 0.
 */
export class IdTable {
  readonly #hash: IdHash;
  readonly #segments: readonly IdSegment[];
  #filter = new IdFilter(0);
  /** The one that is being made, and of how many segments it has the ids by now. */
  #nextFilter: IdFilter | undefined;
  #filtered = 0;
  #size = 0;
  #next = 0;

  /**
   * @param maxEntries - what the number of segments is chosen for; keeping to it is the owner's task.
   * @param keys - what places depend on; random where they are left out.
   */
  constructor(maxEntries: number, keys: Uint32Array = randomKeys()) {
    const bits = Math.ceil(Math.log2(Math.max(1, maxEntries / SEGMENT_ENTRIES)));
    const length = Math.min(2 ** bits, MAX_SEGMENTS);
    this.#hash = createIdHash(keys);
    this.#segments = Array.from({ length }, () => new IdSegment(this.#hash));
  }

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#size;
  }

  /** What the entries take. */
  get bytes(): number {
    const filters = this.#filter.bytes + (this.#nextFilter?.bytes ?? 0);
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, filters);
  }

  /** False where there is no id with such bits, as `printOf` gives them; else there may be one. */
  mayHold(print: number): boolean {
    return this.#filter.mayHold(print);
  }

  /** When the entry of an id ends, whether it has or not; 0 where there is none. */
  expiryOf(words: Uint32Array): number {
    const hash = this.#hash(words, 0);
    return this.#segmentOf(hash).expiryOf(words, hash);
  }

  /** Sets when the entry of an id ends, new or not. The mark of a live one stays. */
  set(words: Uint32Array, expiry: number, marked: boolean, now: number): void {
    const hash = this.#hash(words, 0);
    const segment = this.#segmentOf(hash);
    const before = segment.size;
    // Where there is no memory, nothing is set: what is held is counted, and in the filter.
    this.#prepareFilter();
    const isNew = segment.set(words, hash, expiry, marked, now);
    this.#size += segment.size - before;
    if (isNew) this.#addToFilters(printOfWords(words, 0));
  }

  /** Drops all that has ended. */
  sweep(now: number): void {
    for (const segment of this.#segments) this.#sweepSegment(segment, now);
  }

  /** Drops what has ended in one segment, the next one each time. */
  sweepSome(now: number): void {
    this.#sweepSegment(this.#segments[this.#next] as IdSegment, now);
    this.#next = (this.#next + 1) % this.#segments.length;
  }

  /**
   * Drops what has ended in one segment after the other, and no more than it takes for an entry to go.
   *
   * @returns whether one has gone.
   */
  makeRoom(now: number): boolean {
    const before = this.#size;
    for (let turn = 0; turn < this.#segments.length; turn += 1) {
      this.sweepSome(now);
      if (this.#size < before) return true;
    }
    return false;
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    for (const segment of this.#segments) segment.unmark();
  }

  /** The entries without a mark that have not ended. The table may be changed meanwhile. */
  *unmarked(now: number): Generator<IdEntry> {
    for (const segment of this.#segments) yield* segment.unmarked(now);
  }

  /** The filter that comes next has to be there when this one takes its last id. */
  #prepareFilter(): void {
    if (this.#nextFilter !== undefined || this.#filter.room > 1) return;
    this.#nextFilter = new IdFilter(this.#size + 1);
    this.#filtered = 0;
  }

  /** Of ids that have gone, a filter knows until it is made anew: a segment with each new id. */
  #addToFilters(print: number): void {
    this.#filter.add(print);
    if (this.#nextFilter === undefined) return;
    this.#nextFilter.add(print);
    this.#segments[this.#filtered]?.addTo(this.#nextFilter);
    this.#filtered += 1;
    if (this.#filtered < this.#segments.length) return;
    this.#filter = this.#nextFilter;
    this.#nextFilter = undefined;
  }

  #sweepSegment(segment: IdSegment, now: number): void {
    const before = segment.size;
    segment.sweep(now);
    if (segment.size === before) return;
    this.#size += segment.size - before;
    if (this.#size === 0) this.#emptyFilters();
  }

  /** Where there are no ids, there is nothing to know of them: the smallest filter will do. */
  #emptyFilters(): void {
    this.#filter = new IdFilter(0);
    this.#nextFilter = undefined;
  }

  /** By the lowest bits: the highest ones choose the place in the segment. */
  #segmentOf(hash: number): IdSegment {
    return this.#segments[hash & (this.#segments.length - 1)] as IdSegment;
  }
}

function randomKeys(): Uint32Array {
  return globalThis.crypto.getRandomValues(new Uint32Array(HASH_KEYS));
}
