/** Sets of lists that nobody can change any more. */
const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** Below this many, a set takes longer than a look at each. */
const FEW = 8;

/**
 * Whether a zone is one of those that are accepted: in no more time among thousands than among ten,
 * where the list is frozen.
 */
export function isAcceptedZone(zoneIds: readonly string[], zone: unknown): zone is string {
  if (typeof zone !== "string") return false;
  if (zoneIds.length < FEW || !Object.isFrozen(zoneIds)) return zoneIds.includes(zone);
  let set = sets.get(zoneIds);
  if (set === undefined) {
    set = new Set(zoneIds);
    sets.set(zoneIds, set);
  }
  return set.has(zone);
}
