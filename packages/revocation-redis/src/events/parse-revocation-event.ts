import type { RevocationEvent } from "@caracalai/revocation";
import type { EventVerifier } from "./event-verifier.js";
import { InvalidEventError } from "./invalid-event-error.js";
import { isName } from "./names.js";
import { type FieldList, readFields } from "./read-fields.js";

/** `edge_id` is what older producers call `delegation_edge_id`. */
const ANCHOR_FIELDS = [
  "session_id",
  "sid",
  "root_sid",
  "agent_session_id",
  "delegation_edge_id",
  "edge_id",
];

/**
 * Reads an entry of the stream of revocations (wire format, "Revocation"): every anchor that it names,
 * each once. An anchor that is empty counts as not named. Fields beside the anchors may be missing and
 * others may be there: neither is a reason to leave a revocation undone.
 *
 * @throws InvalidEventError where the fields are not strictly formed, the signature does not hold, or
 *   no anchor is named.
 */
export function parseRevocationEvent(list: FieldList, verify: EventVerifier): RevocationEvent[] {
  const fields = readFields(list);
  verify(fields);
  const named = ANCHOR_FIELDS.map((name) => fields.get(name) ?? "").filter((it) => it !== "");
  if (named.length === 0) throw new InvalidEventError("no_anchor");
  if (!named.every(isName)) throw new InvalidEventError("too_large");
  return [...new Set(named)].map((anchor) => ({ kind: "anchor", anchor }));
}
