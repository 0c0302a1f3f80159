import type { MandateError } from "@caracalai/identity";

/**
 * What a refusal says, in the characters that a challenge may hold (RFC 6750 section 3). The names in
 * it are the operator's; v1 of the SDK puts it between quotes as it is, and v2 refuses what it can't.
 */
export function descriptionOf({ description }: MandateError): string {
  return description.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, "?");
}
