import { RevocationStoreFullError } from "./revocation-store-full-error.js";
import { TextTable } from "./text-table.js";

/**
 * A bounded map whose entries end. Times are milliseconds of a monotonic clock and are passed in.
 * A look-up never changes the map.
 */
export class ExpiryMap<Entry> {
  readonly #entries: TextTable<Entry>;
  readonly #maxEntries: number;
  readonly #unit: string;

  /** @param unit - what an entry is, in the plural, for the message of a refusal. */
  constructor(unit: string, maxEntries: number, expiryOf: (entry: Entry) => number) {
    this.#unit = unit;
    this.#maxEntries = maxEntries;
    this.#entries = new TextTable(expiryOf);
  }

  /** Whether nothing is held, not even what has ended. */
  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** The live entry of a key: one of TTL T, set at S, is live while now < S + T. */
  get(key: string, now: number): Entry | undefined {
    return this.#entries.get(key, now);
  }

  /** @throws RevocationStoreFullError where the key is new and no room can be made for it. */
  set(key: string, entry: Entry, now: number): void {
    if (!this.#entries.has(key)) this.#makeRoom(now);
    this.#entries.set(key, entry, false, now);
  }

  /** How many entries are live. */
  liveSize(now: number): number {
    this.#entries.sweep(now);
    return this.#entries.size;
  }

  #makeRoom(now: number): void {
    if (this.#entries.size < this.#maxEntries) return;
    this.#entries.sweep(now);
    if (this.#entries.size < this.#maxEntries) return;
    throw new RevocationStoreFullError(
      `The revocation store holds ${this.#maxEntries} live ${this.#unit}, its maxEntries. The new one is not stored.`,
    );
  }
}
