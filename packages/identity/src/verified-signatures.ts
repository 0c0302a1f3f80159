import type { VerifyingKey } from "./platform/platform.js";

/** SHA-256. */
const DIGEST_LENGTH = 32;

/** In how many places a digest can be. */
const WAYS = 4;

/** The table begins small: many a verifier judges little. */
const FIRST_SLOTS = 1_024;

/** Keys of more zones than a server serves. They fit into a number of two bytes. */
const MAX_KEYS = 4_095;

/**
 * Which tokens were verified with which keys, by a digest of the whole token: 34 bytes for each, in
 * which a garbage collector finds nothing to look after. Where there is no room, what is new takes the
 * place of something else.
 */
export class VerifiedSignatures {
  readonly #maxSlots: number;
  #digests = new Uint8Array(0);
  /** For each slot, the number of its key; 0 where nothing is there. */
  #keyNumbers = new Uint16Array(0);
  /** From 1 on. */
  readonly #numbers = new Map<VerifyingKey, number>();
  #added = 0;

  /** @param maxCount - how many at the most: 4 or more, rounded down to a power of two */
  constructor(maxCount: number) {
    this.#maxSlots = 2 ** Math.floor(Math.log2(maxCount));
  }

  /** @param digest - 32 characters of a byte each */
  has(digest: string, key: VerifyingKey): boolean {
    // What verified nothing here has a number that no slot has.
    const keyNumber = this.#numbers.get(key) ?? -1;
    const first = this.#firstSlot(digest);
    for (let slot = first; slot < first + WAYS; slot += 1) {
      if (this.#keyNumbers[slot] === keyNumber && this.#holds(slot, digest)) return true;
    }
    return false;
  }

  /** To be called once for each that it does not have. */
  add(digest: string, key: VerifyingKey): void {
    const slots = this.#keyNumbers.length;
    if (this.#added >= slots / 2 && slots < this.#maxSlots) {
      // At once to the full size: each time that it grew, what it holds would be forgotten.
      this.#begin(slots === 0 ? Math.min(FIRST_SLOTS, this.#maxSlots) : this.#maxSlots);
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
    this.#keyNumbers = new Uint16Array(slots);
    this.#numbers.clear();
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
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#numbers.size === MAX_KEYS) this.#begin(this.#keyNumbers.length);
    const next = this.#numbers.size + 1;
    this.#numbers.set(key, next);
    return next;
  }
}
