/** One that has a place in a ring, or is a ring by itself. The places are the ring's. */
export interface Ringed<T> {
  before: T;
  behind: T;
}

/**
 * Items in the order in which they came, closed to a ring, and a hand that goes round (the clock
 * algorithm). Nothing that has left it is held: an iterator that waits over a `Map` would keep every
 * table alive that the map has outgrown, with all that was in it.
 */
export class ClockRing<T extends Ringed<T>> {
  #hand: T | undefined;

  /** Where the hand is; undefined where the ring is empty. */
  get hand(): T | undefined {
    return this.#hand;
  }

  /**
   * The hand meets a new item last.
   *
   * @param item - a ring by itself
   */
  add(item: T): void {
    const hand = this.#hand ?? item;
    const last = hand.before;
    item.before = last;
    item.behind = hand;
    last.behind = item;
    hand.before = item;
    this.#hand = hand;
  }

  /** @param item - one that is in the ring */
  remove(item: T): void {
    const { before, behind } = item;
    if (this.#hand === item) this.#hand = behind === item ? undefined : behind;
    before.behind = behind;
    behind.before = before;
    item.before = item;
    item.behind = item;
  }

  /** The hand goes on to the next item, round and round. */
  advance(): void {
    this.#hand = this.#hand?.behind;
  }
}
