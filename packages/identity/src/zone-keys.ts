import type { KeySet } from "./key-set.js";
import type { MaybePromise } from "./maybe-promise.js";
import type { VerifyingKey } from "./platform/platform.js";

/** When the keys of a zone are looked at again. All in milliseconds. */
export interface ZoneKeysTiming {
  /** Younger key sets are served without a fetch. */
  readonly ttlMs: number;
  /** Older key sets are not served at all; in between they are, and refreshed behind the request. */
  readonly maxAgeMs: number;
  /** At most one fetch in this time because of a key id that is not in the set. */
  readonly unknownKeyCooldownMs: number;
  /** The pause after a failed fetch; it doubles with each further failure, up to ten times. */
  readonly retryMs: number;
}

/** What a look-up ends in: a key, or why there is none. */
export type KeyLookup = VerifyingKey | "unknown" | "unavailable";

/** The pause after failures in a row grows to this many times the first. */
const MAX_RETRY_FACTOR = 10;

/** The keys of one zone of one issuer: fetched when needed, by one fetch at a time. */
export class ZoneKeys {
  readonly #load: (known: KeySet) => Promise<KeySet>;
  readonly #timing: ZoneKeysTiming;
  readonly #now: () => number;
  #keys: KeySet = new Map();
  #loadedAt = Number.NEGATIVE_INFINITY;
  #inFlight: Promise<void> | undefined;
  #failures = 0;
  #retryAt = Number.NEGATIVE_INFINITY;
  #unknownKeyAt = Number.NEGATIVE_INFINITY;

  /**
   * @param load - fetches the key set, given the one that is known; rejects where there is none with
   *   a usable key
   * @param now - a monotonic clock, in milliseconds
   */
  constructor(load: (known: KeySet) => Promise<KeySet>, timing: ZoneKeysTiming, now: () => number) {
    this.#load = load;
    this.#timing = timing;
    this.#now = now;
  }

  /**
   * Finds the key for a key id.
   *
   * @param refetchUnknown - whether a key id that is not in the set is worth a look at the STS
   * @returns at once where the set in the cache answers it
   */
  find(kid: string, refetchUnknown: boolean): MaybePromise<KeyLookup> {
    const age = this.#age();
    if (age > this.#timing.maxAgeMs) {
      // A set that is fetched because of this very question can't be newer by being fetched again.
      const isOwnFetch = this.#inFlight === undefined;
      return this.#refresh().then(() =>
        this.#age() > this.#timing.maxAgeMs
          ? "unavailable"
          : this.#findLoaded(kid, refetchUnknown && !isOwnFetch),
      );
    }
    if (age >= this.#timing.ttlMs) void this.#refresh();
    return this.#findLoaded(kid, refetchUnknown);
  }

  /** Makes sure that there is a key set before it is asked for. Answers whether there is one. */
  async warmup(): Promise<boolean> {
    if (this.#age() >= this.#timing.ttlMs) await this.#refresh();
    return this.#age() <= this.#timing.maxAgeMs;
  }

  #findLoaded(kid: string, refetchUnknown: boolean): MaybePromise<KeyLookup> {
    const key = this.#keys.get(kid);
    if (key !== undefined) return key;
    return refetchUnknown ? this.#findUnknown(kid) : this.#missing();
  }

  /** A key id that is not in the set may be of a key that the STS has just begun to use. */
  async #findUnknown(kid: string): Promise<KeyLookup> {
    await this.#inFlight;
    if (!this.#keys.has(kid)) {
      const now = this.#now();
      const isCool = now - this.#unknownKeyAt >= this.#timing.unknownKeyCooldownMs;
      if (isCool && now >= this.#retryAt) {
        this.#unknownKeyAt = now;
        void this.#refresh();
      }
      // Another caller's fetch serves as well.
      await this.#inFlight;
    }
    return this.#keys.get(kid) ?? this.#missing();
  }

  /** Where the last fetch failed, the key may well exist: that is an outage, not a bad token. */
  #missing(): KeyLookup {
    return this.#failures > 0 ? "unavailable" : "unknown";
  }

  #age(): number {
    return this.#now() - this.#loadedAt;
  }

  /** Joins the fetch under way or begins one, unless it is too early after a failed one. */
  async #refresh(): Promise<void> {
    if (this.#inFlight === undefined && this.#now() >= this.#retryAt) {
      this.#inFlight = this.#fetch().finally(() => {
        this.#inFlight = undefined;
      });
    }
    await this.#inFlight;
  }

  async #fetch(): Promise<void> {
    // The age counts from the question, not from the answer: a slow answer is no younger for it.
    const startedAt = this.#now();
    try {
      this.#keys = await this.#load(this.#keys);
      this.#loadedAt = startedAt;
      this.#failures = 0;
    } catch {
      const factor = Math.min(2 ** this.#failures, MAX_RETRY_FACTOR);
      this.#failures += 1;
      this.#retryAt = this.#now() + this.#timing.retryMs * factor;
    }
  }
}
