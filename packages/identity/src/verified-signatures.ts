import type { VerifyingKey } from "./platform/platform.js";

/** SHA-256. */
const DIGEST_LENGTH = 32;

/** In how many places a digest can be. */
const WAYS = 4;

/** The table begins small: many a verifier judges little. */
const FIRST_SLOTS = 1_024;

/** More do not have a number of one byte. */
const MAX_KEYS = 255;

/** A key that nobody has. */
const NO_KEY: VerifyingKey = {};

/**
 * Which tokens were verified with which keys, by a digest of the whole token: 33 bytes for each, in
 * which a garbage collector finds nothing to look after. Where there is no room, what is new takes the
 * place of something else.
 */
export class VerifiedSignatures {
  readonly #maxSlots: number;
  #digests = new Uint8Array(0);
  /** For each slot, where its key is among the keys; 0 where nothing is there. */
  #keyNumbers = new Uint8Array(0);
  #keys: VerifyingKey[] = [NO_KEY];
  #added = 0;

  /** @param maxCount - how many at the most: 4 or more, rounded up to a power of two */
  constructor(maxCount: number) {
    this.#maxSlots = 2 ** Math.ceil(Math.log2(maxCount));
  }

  /** @param digest - 32 characters of a byte each */
  has(digest: string, key: VerifyingKey): boolean {
    const first = this.#firstSlot(digest);
    for (let slot = first; slot < first + WAYS; slot += 1) {
      const holder = this.#keys[this.#keyNumbers[slot] ?? 0];
      if (holder === key && this.#holds(slot, digest)) return true;
    }
    return false;
  }

  /** To be called once for each that it does not have. */
  add(digest: string, key: VerifyingKey): void {
    const slots = this.#keyNumbers.length;
    if (this.#added >= slots / 2 && slots < this.#maxSlots) {
      this.#begin(Math.min(Math.max(FIRST_SLOTS, slots * 2), this.#maxSlots));
    }
    const keyNumber = this.#keyNumber(key);
    const slot = this.#slotFor(digest);
    this.#keyNumbers[slot] = keyNumber;
    for (let index = 0; index < DIGEST_LENGTH; index += 1) {
      this.#digests[slot * DIGEST_LENGTH + index] = digest.charCodeAt(index);
    }
    this.#added += 1;
  }

  /** With an empty table. What was in the old one is verified once more, if it comes again. */
  #begin(slots: number): void {
    this.#digests = new Uint8Array(slots * DIGEST_LENGTH);
    this.#keyNumbers = new Uint8Array(slots);
    this.#keys = [NO_KEY];
    this.#added = 0;
  }

  #firstSlot(digest: string): number {
    const bits = digest.charCodeAt(0) | (digest.charCodeAt(1) << 8) | (digest.charCodeAt(2) << 16);
    return (bits * WAYS) % Math.max(WAYS, this.#keyNumbers.length);
  }

  #slotFor(digest: string): number {
    const first = this.#firstSlot(digest);
    for (let slot = first; slot < first + WAYS; slot += 1) {
      if (this.#keyNumbers[slot] === 0) return slot;
    }
    return first + (this.#added % WAYS);
  }

  #holds(slot: number, digest: string): boolean {
    const start = slot * DIGEST_LENGTH;
    for (let index = 0; index < DIGEST_LENGTH; index += 1) {
      if (this.#digests[start + index] !== digest.charCodeAt(index)) return false;
    }
    return true;
  }

  #keyNumber(key: VerifyingKey): number {
    const known = this.#keys.indexOf(key);
    if (known > 0) return known;
    if (this.#keys.length > MAX_KEYS) this.#begin(this.#keyNumbers.length);
    return this.#keys.push(key) - 1;
  }
}
