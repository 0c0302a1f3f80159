import { RevocationStoreFullError } from "./revocation-store-full-error.js";

/** Below this size, ended entries are not worth looking for. */
const MIN_SWEEP_SIZE = 1_024;

/**
 * A bounded map whose entries end. Times are milliseconds of a monotonic clock and are passed in.
 * A look-up never changes the map.
 */
export class ExpiryMap<Entry> {
  readonly #entries = new Map<string, Entry>();
  readonly #expiryOf: (entry: Entry) => number;
  readonly #maxEntries: number;
  readonly #unit: string;
  // Never later than the first expiry held, so that a full map refuses without a look at its entries.
  #nextExpiry = Number.POSITIVE_INFINITY;
  #sweepSize: number;

  /** @param unit - what an entry is, in the plural, for the message of a refusal. */
  constructor(unit: string, maxEntries: number, expiryOf: (entry: Entry) => number) {
    this.#unit = unit;
    this.#maxEntries = maxEntries;
    this.#expiryOf = expiryOf;
    this.#sweepSize = Math.min(MIN_SWEEP_SIZE, maxEntries);
  }

  /** The live entry of a key: one of TTL T, set at S, is live while now < S + T. */
  get(key: string, now: number): Entry | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && now < this.#expiryOf(entry) ? entry : undefined;
  }

  /** @throws RevocationStoreFullError where the key is new and no room can be made for it. */
  set(key: string, entry: Entry, now: number): void {
    if (!this.#entries.has(key)) this.#makeRoom(now);
    this.#entries.set(key, entry);
    this.#nextExpiry = Math.min(this.#nextExpiry, this.#expiryOf(entry));
  }

  /** How many entries are live. */
  liveSize(now: number): number {
    this.#sweep(now);
    return this.#entries.size;
  }

  #makeRoom(now: number): void {
    if (this.#entries.size < this.#sweepSize) return;
    this.#sweep(now);
    if (this.#entries.size < this.#maxEntries) return;
    throw new RevocationStoreFullError(
      `The revocation store holds ${this.#maxEntries} live ${this.#unit}, its maxEntries. The new one is not stored.`,
    );
  }

  #sweep(now: number): void {
    if (now < this.#nextExpiry) return;
    this.#nextExpiry = Number.POSITIVE_INFINITY;
    for (const [key, entry] of this.#entries) {
      const expiry = this.#expiryOf(entry);
      if (expiry <= now) this.#entries.delete(key);
      else this.#nextExpiry = Math.min(this.#nextExpiry, expiry);
    }
    // Sweeping again only when the map has doubled keeps the cost of a mark constant on average.
    this.#sweepSize = Math.min(Math.max(MIN_SWEEP_SIZE, 2 * this.#entries.size), this.#maxEntries);
  }
}
