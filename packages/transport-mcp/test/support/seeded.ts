/** Random choices that are the same in every run (mulberry32). */
export class Seeded {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to, and without, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Each item with an even chance. */
  some<T>(items: readonly T[]): T[] {
    return items.filter(() => this.below(2) === 0);
  }

  text(maxLength: number, alphabet: string): string {
    return Array.from({ length: this.below(maxLength + 1) }, () => this.oneOf([...alphabet])).join(
      "",
    );
  }

  /** Any bytes, as a header that was read as Latin-1 holds them. */
  bytes(maxLength: number): string {
    return String.fromCharCode(
      ...Array.from({ length: this.below(maxLength + 1) }, () => this.below(256)),
    );
  }
}
