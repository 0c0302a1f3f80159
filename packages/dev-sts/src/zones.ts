import { Zone } from "./zone.js";

/** The zones of one STS. */
export interface Zones {
  readonly ids: readonly string[];
  /** The zone of this id, or none. */
  find(id: string): Zone | undefined;
  /** The zone of this id, by default the first. Throws a `RangeError` for one that is not there. */
  named(id?: string): Zone;
}

export function createZones(ids: readonly string[]): Zones {
  const zones = new Map(ids.map((id) => [id, new Zone(id)]));
  const find = (id: string): Zone | undefined => zones.get(id);
  const named = (id: string = ids[0] ?? ""): Zone => {
    const zone = find(id);
    if (zone !== undefined) return zone;
    throw new RangeError(`no zone ${JSON.stringify(id)}; there are ${ids.join(", ")}`);
  };
  return { ids: [...ids], find, named };
}
