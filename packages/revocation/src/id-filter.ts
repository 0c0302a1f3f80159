const MIN_POWER = 10;

/**
 * Which ids a table can't hold, told by 32 bits of them: a bitmap (a Bloom filter with one hash).
 * Nearly every question is about an id that is not there, and to read 36 characters and look for what
 * they say takes longer than all else. Ids that look alike here cost that look, and nothing else.
 */
export class IdFilter {
  readonly #bits: Uint32Array;
  readonly #shift: number;
  #room: number;

  /** @param entries - for how many it is made: a bitmap of a byte or two for each. */
  constructor(entries: number) {
    const power = Math.max(MIN_POWER, Math.ceil(Math.log2(8 * entries)));
    this.#bits = new Uint32Array(2 ** (power - 5));
    this.#shift = 32 - power;
    this.#room = 2 ** (power - 2);
  }

  get bytes(): number {
    return this.#bits.byteLength;
  }

  /** How many more ids it takes, ended ones included, until it should be made anew. */
  get room(): number {
    return this.#room;
  }

  add(print: number): void {
    const place = this.#placeOf(print);
    this.#bits[place >>> 5] = (this.#bits[place >>> 5] as number) | (1 << (place & 31));
    this.#room -= 1;
  }

  /** False where no id with such bits was added; true where there may be one. */
  mayHold(print: number): boolean {
    const place = this.#placeOf(print);
    return (((this.#bits[place >>> 5] as number) >>> (place & 31)) & 1) === 1;
  }

  #placeOf(print: number): number {
    return Math.imul(print, 0x9e3779b1) >>> this.#shift;
  }
}
