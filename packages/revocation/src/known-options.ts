/** More entries than this a `Map` does not hold. */
export const MAP_CAPACITY: number = 2 ** 24;

/** @throws TypeError where the options are no object, or one of them has a name that is not known. */
export function requireKnownOptions(options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError("The options must be an object.");
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`Unknown option ${JSON.stringify(name)}.`);
  }
}

/** @throws TypeError where an option is not a positive finite number of its unit. */
export function requirePositive(name: string, value: unknown, unit: string): void {
  if (!isPositiveFinite(value)) {
    throw new TypeError(`${name} must be a positive finite number of ${unit}.`);
  }
}

/** @throws TypeError where an option is not a positive integer of its unit, at most `max`. */
export function requirePositiveInteger(
  name: string,
  value: unknown,
  unit: string,
  max: number,
): void {
  if (!isPositiveFinite(value) || !Number.isInteger(value) || value > max) {
    throw new TypeError(`${name} must be a positive integer, at most ${max} ${unit}.`);
  }
}

export function isPositiveFinite(value: unknown): value is number {
  return Number.isFinite(value) && (value as number) > 0;
}
