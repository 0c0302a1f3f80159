import { eventSignature } from "./event-signature.js";
import { readTrust } from "./event-trust.js";
import { readFields } from "./read-fields.js";

/**
 * Signs an event as producers do: what goes into its field `_sig` (wire format, "Revocation").
 *
 * @param key - 32 bytes or more, in hex.
 * @throws ConfigurationError where the key is none.
 * @throws InvalidEventError where consumers would refuse the fields.
 */
export function signEvent(
  stream: string,
  fields: Readonly<Record<string, string>>,
  key: string,
): string {
  const read = readFields(Object.entries(fields).flat());
  return readTrust({ signatureKeys: [key] })
    .map((it) => eventSignature(stream, read, it))
    .join("");
}
