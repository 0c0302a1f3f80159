import { readClaims } from "./claim-types.js";
import type { JsonObject } from "./json-object.js";
import type { DelegationChainEntry, Mandate } from "./mandate.js";
import { MandateError } from "./mandate-error.js";
import { refuseToken } from "./refusals.js";

/** What the claims of every mandate are held against. */
export interface ClaimsPolicy {
  /** The one issuer, compared exactly. */
  readonly issuer: string;
  /** What `aud` has to contain, compared exactly. */
  readonly audience: string;
  /** The zones whose mandates are accepted. */
  readonly zoneIds: readonly string[];
  /** How far in the future `iat` and `nbf` may lie, in seconds. `exp` has no tolerance. */
  readonly clockToleranceSeconds: number;
  /** The longest `exp - iat`, in seconds. */
  readonly maxLifetimeSeconds: number;
}

/**
 * Step 5, claims (RFC 7519 section 4.1): pure, no clock of its own.
 *
 * @param payload - of a token whose signature was verified
 * @param now - whole seconds since the epoch
 * @returns the mandate, or `invalid_token` with check `claim`, `issuer`, `audience`, `expiry`, `time`,
 *   `lifetime` or `use`, or `invalid_zone`
 */
export function judgeClaims(
  payload: JsonObject,
  policy: ClaimsPolicy,
  now: number,
): Mandate | MandateError {
  const claims = readClaims(payload);
  if (claims === undefined) return refuseToken("claim");

  if (claims.iss !== policy.issuer) return refuseToken("issuer");
  const audience = [claims.aud].flat();
  if (!audience.includes(policy.audience)) return refuseToken("audience");

  const refusal = judgeTimes(claims, policy, now);
  if (refusal !== undefined) return refusal;

  if (claims.use !== "resource") return refuseToken("use");
  if (!policy.zoneIds.some((zoneId) => zoneId === claims.zone_id)) return refuseZone();

  return freezeMandate(claims, audience);
}

/** `exp`, `nbf` and `iat` (RFC 7519 sections 4.1.4 to 4.1.6). */
function judgeTimes(
  claims: JsonObject,
  policy: ClaimsPolicy,
  now: number,
): MandateError | undefined {
  const { exp, iat, nbf } = claims as { exp?: number; iat?: number; nbf?: number };
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

/** The claims are checked by now: what was of type unknown is a mandate. */
function freezeMandate(claims: JsonObject, audience: readonly unknown[]): Mandate {
  const mandate = { ...claims, aud: Object.freeze(audience) } as unknown as Mandate;
  const { target, delegation_path, delegation_chain } = mandate;
  return Object.freeze({
    ...mandate,
    ...(target && { target: Object.freeze([...target]) }),
    ...(delegation_path && { delegation_path: Object.freeze([...delegation_path]) }),
    ...(delegation_chain && {
      delegation_chain: Object.freeze(delegation_chain.map(freezeChainEntry)),
    }),
  });
}

/** Copied without members that the wire format does not know. */
function freezeChainEntry(entry: DelegationChainEntry): DelegationChainEntry {
  const { application_id, agent_session_id, delegation_edge_id } = entry;
  return Object.freeze({
    application_id,
    ...(agent_session_id !== undefined && { agent_session_id }),
    ...(delegation_edge_id !== undefined && { delegation_edge_id }),
  });
}
