/** Below this size, ended entries are not worth looking for. */
const MIN_SWEEP_SIZE = 1_024;

/** What is kept for a text. Times are milliseconds of a monotonic clock. */
export interface TextEntry<Value> {
  readonly value: Value;
  readonly expiry: number;
}

interface HeldEntry<Value> extends TextEntry<Value> {
  /** How often all marks had been taken off when this one was set; none at 0. */
  readonly round: number;
}

/** A map from texts to values that end. Look-ups never change it. */
export class TextTable<Value> {
  readonly #entries = new Map<string, HeldEntry<Value>>();
  // Never later than the first expiry held, so that most sweeps need no look at the entries.
  #earliest: number = Number.POSITIVE_INFINITY;
  #sweepSize: number = MIN_SWEEP_SIZE;
  #length = 0;
  #round = 1;

  /** How many entries are held, those included that have ended and were not swept yet. */
  get size(): number {
    return this.#entries.size;
  }

  /** How long all texts are together, in UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  /** The entry of a text, where it is live: one of TTL T, set at S, is live while now < S + T. */
  get(text: string, now: number): TextEntry<Value> | undefined {
    const entry = this.#entries.get(text);
    return entry !== undefined && now < entry.expiry ? entry : undefined;
  }

  /** Whether a text has a live entry with a mark. */
  isMarked(text: string, now: number): boolean {
    const entry = this.#entries.get(text);
    return entry?.round === this.#round && now < entry.expiry;
  }

  /** Whether there is an entry, live or ended: setting it takes no further room. */
  has(text: string): boolean {
    return this.#entries.has(text);
  }

  /** Sets the entry of a text, new or not. */
  set(text: string, { value, expiry }: TextEntry<Value>, marked: boolean, now: number): void {
    if (!this.#entries.has(text)) {
      if (this.#entries.size >= this.#sweepSize) this.sweep(now);
      this.#length += text.length;
    }
    this.#entries.set(text, { value, expiry, round: marked ? this.#round : 0 });
    this.#earliest = Math.min(this.#earliest, expiry);
  }

  /** Drops all that has ended. */
  sweep(now: number): void {
    if (now >= this.#earliest) this.#drop(now);
    // Looking again only when the table has doubled keeps the cost of an entry constant on average.
    this.#sweepSize = Math.max(MIN_SWEEP_SIZE, 2 * this.#entries.size);
  }

  /** Takes the mark off every entry. */
  unmark(): void {
    this.#round += 1;
  }

  /** The entries without a mark that have not ended. The table may be changed meanwhile. */
  *unmarked(now: number): Generator<[string, TextEntry<Value>]> {
    for (const [text, entry] of this.#entries) {
      if (entry.round !== this.#round && now < entry.expiry) yield [text, entry];
    }
  }

  #drop(now: number): void {
    this.#earliest = Number.POSITIVE_INFINITY;
    for (const [text, { expiry }] of this.#entries) {
      if (expiry > now) this.#earliest = Math.min(this.#earliest, expiry);
      else {
        this.#entries.delete(text);
        this.#length -= text.length;
      }
    }
  }
}
