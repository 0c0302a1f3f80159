import { createIdHash, type IdHash } from "./id-hash.js";
import { type IdEntry, IdSegment } from "./id-segment.js";

/** About how many entries a full table has in each segment: what one pause for growth moves. */
const SEGMENT_ENTRIES = 4_096;
const MAX_SEGMENTS = 4_096;

/**
 * A hash table of 128-bit ids with deadlines, at most 62 bytes for each of many entries. It is cut into
 * segments that grow by doubling, each for itself: no insertion moves more than a few thousand
 * entries, and there is no moment at which all are held twice.
 *
 * Times are integers of the owner's unit, from 1 to `LATEST`.
 */
export class IdTable {
  readonly #hash: IdHash;
  readonly #segments: readonly IdSegment[];
  readonly #shift: number;
  #size = 0;
  #lastSwept = 0;

  /**
   * @param maxEntries - what the number of segments is chosen for; keeping to it is the owner's task.
   * @param seed - an integer that makes places differ from one table to the next.
   */
  constructor(maxEntries: number, seed: number) {
    const bits = Math.ceil(Math.log2(Math.max(1, maxEntries / SEGMENT_ENTRIES)));
    const length = Math.min(2 ** bits, MAX_SEGMENTS);
    this.#hash = createIdHash(seed);
    this.#segments = Array.from({ length }, () => new IdSegment(this.#hash));
    this.#shift = 32 - Math.log2(length);
  }

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#size;
  }

  /** What the entries take. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The deadline kept for an id, whether it has passed or not; 0 where there is none. */
  deadlineOf(words: Uint32Array): number {
    const hash = this.#hash(words, 0);
    return this.#segmentOf(hash).deadlineOf(words, hash);
  }

  /** Sets the deadline of an id, new or not. The mark of a live one stays. */
  set(words: Uint32Array, deadline: number, marked: boolean, now: number): void {
    const hash = this.#hash(words, 0);
    const segment = this.#segmentOf(hash);
    const before = segment.size;
    segment.set(words, hash, deadline, marked, now);
    this.#size += segment.size - before;
  }

  /** Drops all that has ended. */
  sweep(now: number): void {
    for (const segment of this.#segments) this.#sweepSegment(segment, now);
  }

  /** Drops what has ended in one segment, the next one each time. */
  sweepSome(now: number): void {
    this.#lastSwept = (this.#lastSwept + 1) % this.#segments.length;
    this.#sweepSegment(this.#segments[this.#lastSwept] as IdSegment, now);
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    for (const segment of this.#segments) segment.unmark();
  }

  /** The entries without a mark that have not ended. The table may be changed meanwhile. */
  *unmarked(now: number): Generator<IdEntry> {
    for (const segment of this.#segments) yield* segment.unmarked(now);
  }

  #sweepSegment(segment: IdSegment, now: number): void {
    const before = segment.size;
    segment.sweep(now);
    this.#size += segment.size - before;
  }

  /** By the highest bits: the lowest ones choose the place in the segment. */
  #segmentOf(hash: number): IdSegment {
    // A shift by 32 is a shift by 0.
    const index = this.#segments.length === 1 ? 0 : hash >>> this.#shift;
    return this.#segments[index] as IdSegment;
  }
}
