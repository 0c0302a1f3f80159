import { createHmac, type KeyObject } from "node:crypto";

/** The field that holds the signature of all the others. */
export const SIGNATURE_FIELD = "_sig";

/**
 * The signature of an event (wire format, "Revocation"): HMAC-SHA256 of the stream's name and every
 * field but `_sig`, a line each, sorted by name; in lower-case hex.
 *
 * @param fields - of names and values as `readFields` lets them through: elsewhere the lines are
 *   ambiguous.
 */
export function eventSignature(
  stream: string,
  fields: ReadonlyMap<string, string>,
  key: KeyObject,
): string {
  const names = [...fields.keys()].filter((name) => name !== SIGNATURE_FIELD).sort();
  const lines = names.map((name) => `${name}=${fields.get(name)}\n`);
  return createHmac("sha256", key)
    .update(`${stream}\n${lines.join("")}`)
    .digest("hex");
}
