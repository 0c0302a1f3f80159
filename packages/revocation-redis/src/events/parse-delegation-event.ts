import type { RevocationEvent } from "@caracalai/revocation";
import type { EventVerifier } from "./event-verifier.js";
import { InvalidEventError } from "./invalid-event-error.js";
import { isName } from "./names.js";
import { parseEpoch } from "./parse-epoch.js";
import { type FieldList, readFields } from "./read-fields.js";

/**
 * Reads an entry of the stream of delegation changes (wire format, "Revocation"): the zone, and the
 * epoch that it has reached. Which edges changed, and how, is not looked at: a mandate of an earlier
 * epoch is stale in any case.
 *
 * @throws InvalidEventError where the fields are not strictly formed, the signature does not hold, or
 *   the zone or the epoch is missing.
 */
export function parseDelegationEvent(list: FieldList, verify: EventVerifier): RevocationEvent[] {
  const fields = readFields(list);
  verify(fields);
  const zoneId = fields.get("zone_id") ?? "";
  if (zoneId === "") throw new InvalidEventError("no_zone");
  if (!isName(zoneId)) throw new InvalidEventError("too_large");
  const epoch = parseEpoch(fields.get("epoch") ?? "");
  if (epoch === undefined) throw new InvalidEventError("no_epoch");
  return [{ kind: "epoch", zoneId, epoch }];
}
