/** Throws a `TypeError` where `value` is not an object or has a member that is not in `names`. */
export function assertKnownNames(what: string, value: object, names: readonly string[]): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${what}: the options are not an object`);
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `${what}: unknown option ${JSON.stringify(unknown)}; there are ${names.join(", ")}`,
  );
}
