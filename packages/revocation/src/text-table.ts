import { requireExpiry } from "./mark-arguments.js";

/** Below this size, ended entries are not worth looking for. */
const MIN_SWEEP_SIZE = 1_024;

/**
 * A map from texts to entries that end. Times are milliseconds of a monotonic clock and are passed in.
 * Look-ups never change it.
 */
export class TextTable<Entry> {
  readonly #entries = new Map<string, Entry>();
  readonly #marked = new Set<string>();
  readonly #expiryOf: (entry: Entry) => number;
  // Never later than the first expiry held, so that most sweeps need no look at the entries.
  #earliest: number = Number.POSITIVE_INFINITY;
  #sweepSize: number = MIN_SWEEP_SIZE;
  #length = 0;

  /**
   * @param expiryOf - tells when an entry ends, the same each time: a number above 0.
   * @throws TypeError where it is not a function.
   */
  constructor(expiryOf: (entry: Entry) => number) {
    if (typeof expiryOf !== "function") throw new TypeError("expiryOf must be a function.");
    this.#expiryOf = expiryOf;
  }

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#entries.size;
  }

  /** How long all texts are together, in UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  /** The entry of a text, where it is live: one of TTL T, set at S, is live while now < S + T. */
  get(text: string, now: number): Entry | undefined {
    const entry = this.#entries.get(text);
    return entry !== undefined && now < this.#expiryOf(entry) ? entry : undefined;
  }

  /** The entry of a text, live or ended. */
  find(text: string): Entry | undefined {
    return this.#entries.get(text);
  }

  /** Whether there is an entry, live or ended: setting it takes no further room. */
  has(text: string): boolean {
    return this.#entries.has(text);
  }

  /** Whether a text has a live entry with a mark. */
  isMarked(text: string, now: number): boolean {
    return this.#marked.has(text) && this.get(text, now) !== undefined;
  }

  /**
   * Sets the entry of a text, new or not.
   *
   * @throws RangeError where the entry's expiry is not a number above 0.
   */
  set(text: string, entry: Entry, marked: boolean, now: number): void {
    const expiry = this.#expiryOf(entry);
    requireExpiry(expiry);
    const isNew = !this.#entries.has(text);
    if (isNew && this.#entries.size >= this.#sweepSize) this.sweep(now);
    // A Map that takes no more throws: nothing was changed by then.
    this.#entries.set(text, entry);
    this.#earliest = Math.min(this.#earliest, expiry);
    if (isNew) this.#length += text.length;
    if (marked) this.#marked.add(text);
    else if (this.#marked.size > 0) this.#marked.delete(text);
  }

  /** Drops all that has ended. */
  sweep(now: number): void {
    if (now >= this.#earliest) this.#drop(now);
    // Looking again only when the table has doubled keeps the cost of an entry constant on average.
    this.#sweepSize = Math.max(MIN_SWEEP_SIZE, 2 * this.#entries.size);
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    this.#marked.clear();
  }

  /** The entries without a mark that have not ended. The table may be changed meanwhile. */
  *unmarked(now: number): Generator<[string, Entry]> {
    for (const [text, entry] of this.#entries) {
      if (!this.#marked.has(text) && now < this.#expiryOf(entry)) yield [text, entry];
    }
  }

  #drop(now: number): void {
    let earliest = Number.POSITIVE_INFINITY;
    for (const [text, entry] of this.#entries) {
      const expiry = this.#expiryOf(entry);
      if (expiry > now) earliest = Math.min(earliest, expiry);
      else {
        this.#entries.delete(text);
        this.#marked.delete(text);
        this.#length -= text.length;
      }
    }
    this.#earliest = earliest;
  }
}
