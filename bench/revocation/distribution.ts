/** Some times, in one unit, by what is asked of them. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws RangeError where there is no value. */
export function distributionOf(values: readonly number[]): Distribution {
  if (values.length === 0) throw new RangeError("There is nothing to be distributed.");
  const sorted = values.toSorted((a, b) => a - b);
  // The nearest rank: the smallest value that so many of them do not exceed.
  const rank = (share: number): number =>
    sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
  return { count: sorted.length, p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}
