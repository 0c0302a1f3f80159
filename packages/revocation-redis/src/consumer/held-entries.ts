/** An entry that a consumer of the group was given and has not acknowledged. */
export interface HeldEntry {
  readonly id: string;
  readonly consumer: string;
  /** How often it was given to anybody. */
  readonly deliveries: number;
}

/** When it was asked what is held, and when the answer was there. */
interface LookTimes {
  readonly sentAt: number;
  readonly answeredAt: number;
}

/**
 * Tells which entries have been held for long by the same consumer. Goes by one's own monotonic clock:
 * Redis counts idle times from its wall clock, so that one that was set back hides what is held by the
 * dead for as long.
 */
export class HeldEntries {
  #known: ReadonlyMap<string, { readonly entry: HeldEntry; readonly since: number }> = new Map();

  /**
   * Takes down what is held, in place of what was held before.
   *
   * @returns what has been held without a change for `heldMs` at least.
   */
  look(
    entries: readonly HeldEntry[],
    { sentAt, answeredAt }: LookTimes,
    heldMs: number,
  ): readonly HeldEntry[] {
    this.#known = new Map(
      entries.map((entry) => [entry.id, { entry, since: this.#sinceOf(entry) ?? answeredAt }]),
    );
    return entries.filter((entry) => sentAt - (this.#sinceOf(entry) ?? sentAt) >= heldMs);
  }

  /** Since when the entry is known that is held for longest; nothing where none is. */
  get oldestSince(): number | undefined {
    const times = [...this.#known.values()].map(({ since }) => since);
    return times.length === 0 ? undefined : times.reduce((first, next) => Math.min(first, next));
  }

  #sinceOf({ id, consumer, deliveries }: HeldEntry): number | undefined {
    const known = this.#known.get(id);
    const isSame = known?.entry.consumer === consumer && known.entry.deliveries === deliveries;
    return isSame ? known.since : undefined;
  }
}
