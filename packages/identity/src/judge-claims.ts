import { isAcceptedZone } from "./accepted-zones.js";
import { hasClaimTypes, type TypedClaims } from "./claim-types.js";
import type { ClaimsPolicy } from "./claims-policy.js";
import type { JsonObject } from "./json-object.js";
import type { Mandate } from "./mandate.js";
import { MandateError } from "./mandate-error.js";
import { type JudgedClaims, mandateOf } from "./mandate-of.js";
import { refuseToken } from "./refusals.js";

/**
 * Step 5, claims (RFC 7519 section 4.1): pure, no clock of its own.
 *
 * @param payload - of a token whose signature was verified
 * @param now - whole seconds since the epoch
 * @param isKept - whether the mandate is going to be remembered: then it is made to take less memory
 * @returns the mandate, or `invalid_token` with check `claim`, `issuer`, `audience`, `expiry`, `time`,
 *   `lifetime` or `use`, or `invalid_zone`
 */
export function judgeClaims(
  payload: JsonObject,
  policy: ClaimsPolicy,
  now: number,
  isKept = false,
): Mandate | MandateError {
  if (!hasClaimTypes(payload)) return refuseToken("claim");

  if (payload.iss !== policy.issuer) return refuseToken("issuer");
  if (!isFor(policy.audience, payload.aud)) return refuseToken("audience");

  const refusal = judgeTimes(payload, policy, now);
  if (refusal !== undefined) return refusal;

  if (payload.use !== "resource") return refuseToken("use");
  if (!isAcceptedZone(policy.zoneIds, payload.zone_id)) return refuseZone();

  return mandateOf(payload as JudgedClaims, policy, isKept);
}

function isFor(resource: string, audience: TypedClaims["aud"]): boolean {
  return typeof audience === "string"
    ? audience === resource
    : audience?.includes(resource) === true;
}

/** `exp`, `nbf` and `iat` (RFC 7519 sections 4.1.4 to 4.1.6). */
export function judgeTimes(
  { exp, iat, nbf }: Pick<TypedClaims, "exp" | "iat" | "nbf">,
  policy: ClaimsPolicy,
  now: number,
): MandateError | undefined {
  // Written so that a clock that is no number lets nothing through.
  if (exp === undefined || !(now < exp)) return refuseToken("expiry");
  const latest = now + policy.clockToleranceSeconds;
  if (iat === undefined || iat > latest) return refuseToken("time");
  if (nbf !== undefined && nbf > latest) return refuseToken("time");
  if (iat > exp) return refuseToken("time");
  if (exp - iat > policy.maxLifetimeSeconds) return refuseToken("lifetime");
  return undefined;
}

function refuseZone(): MandateError {
  return new MandateError({
    code: "invalid_zone",
    check: "zone",
    description: "Token zone validation failed",
    hint: "The token belongs to a zone that this server is not configured for.",
  });
}
