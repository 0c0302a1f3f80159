/** Where a generator gets its decisions from: a seed in the long run, fast-check in the properties. */
export interface Choices {
  /** A whole number from 0 up to, and without, `limit`. */
  below(limit: number): number;
}

/** The choices of one case: the same for a seed and an index in every run (sfc32). */
export class SeededChoices implements Choices {
  #a: number;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  constructor(seed: number, index: number) {
    this.#a = seed | 0;
    this.#b = index | 0;
    for (let round = 0; round < 12; round += 1) this.#next();
  }

  below(limit: number): number {
    return Math.floor((this.#next() / 2 ** 32) * limit);
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }
}

export function oneOf<T>(choices: Choices, items: readonly T[]): T {
  return items[choices.below(items.length)] as T;
}

/** True once in `of` times. */
export function once(choices: Choices, of: number): boolean {
  // Counted from the far end, so that fast-check shrinks towards what is usual.
  return choices.below(of) === of - 1;
}

/** Each item once in `of` times, in their order. */
export function some<T>(choices: Choices, items: readonly T[], of = 2): T[] {
  return items.filter(() => once(choices, of));
}

/** From `low` to `high`, both included. */
export function between(choices: Choices, low: number, high: number): number {
  return low + choices.below(high - low + 1);
}

export function textOf(choices: Choices, maxLength: number, alphabet: string): string {
  const units = [...alphabet];
  return Array.from({ length: choices.below(maxLength + 1) }, () => oneOf(choices, units)).join("");
}

/** The same items in another order. */
export function shuffled<T>(choices: Choices, items: readonly T[]): T[] {
  const order = [...items];
  for (let end = order.length - 1; end > 0; end -= 1) {
    const at = choices.below(end + 1);
    const moved = order[at] as T;
    order[at] = order[end] as T;
    order[end] = moved;
  }
  return order;
}
