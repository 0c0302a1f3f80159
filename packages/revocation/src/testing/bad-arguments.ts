/** What no anchor and no zone can be, though JavaScript lets it through. */
export const BAD_NAMES: readonly unknown[] = ["", undefined, null, 0, 1, true, {}, ["session"]];

/** What no lifetime can be. `undefined` is none of these: it stands for the store's default. */
export const BAD_TTLS: readonly unknown[] = [
  0,
  -0,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  "1000",
  null,
  1000n,
];

/** What no epoch can be: 2^53 is the first integer that cannot be told from its neighbour. */
export const BAD_EPOCHS: readonly unknown[] = [
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  "8",
  8n,
  null,
  undefined,
];
