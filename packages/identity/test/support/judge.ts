import {
  type ClaimsPolicy,
  type KeyCache,
  type Mandate,
  MandateError,
  verifyMandate,
} from "@caracalai/identity";
import { keysOf } from "./keys-of.js";
import { AUDIENCE, ISSUER, KEY, NOW, ZONE } from "./token.js";

export const POLICY: ClaimsPolicy = {
  issuer: ISSUER,
  audience: AUDIENCE,
  zoneIds: [ZONE],
  clockToleranceSeconds: 60,
  maxLifetimeSeconds: 3_600,
};

/** An outcome in one word: `accepted`, or code and check. */
export function verdictOf(outcome: object | undefined): string {
  return outcome instanceof MandateError ? `${outcome.code}/${outcome.check}` : "accepted";
}

export async function judge(
  token: string,
  keys: KeyCache = keysOf(KEY),
  policy: Partial<ClaimsPolicy> = {},
): Promise<string> {
  return verdictOf(await verifyMandate(token, { ...POLICY, ...policy }, keys, () => NOW));
}

/** The mandate of an outcome that is expected to be one. */
export function accepted(outcome: Mandate | MandateError): Mandate {
  if (outcome instanceof MandateError) throw outcome;
  return outcome;
}
