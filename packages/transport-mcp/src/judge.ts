import {
  type AuthorityPolicy,
  judgeAuthority,
  MandateError,
  type MaybePromise,
  settleWithin,
  unavailable,
  verifyMandate,
} from "@caracalai/identity";
import { judgeExpiry, judgeRevocation } from "./active-authority.js";
import { type AuthResult, refused } from "./auth-result.js";
import type { DecisionWatch } from "./decision-watch.js";
import { type AuthorizationHeader, readCredentials } from "./extract-bearer.js";
import { type Principal, principalOf } from "./principal.js";
import type { VerifierConfig } from "./verifier-options.js";

/** Far beyond what a key cache of ours takes: two fetches of 5 seconds. */
const KEY_DEADLINE_MS = 30_000;

/** Steps 1 to 7: bearer, and then as {@link judgeToken}. */
export function judgeHeader(
  header: AuthorizationHeader,
  policy: AuthorityPolicy,
  config: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<AuthResult> {
  const credentials = readCredentials(header);
  if (credentials.kind === "malformed") return refused(malformedCredentials());
  const token = credentials.kind === "token" ? credentials.token : undefined;
  return judgeToken(token, policy, config, watch);
}

/**
 * Steps 2 to 7: shape, key, signature and claims, then authority, then revocation.
 *
 * @param token - `missing_token` where it is none
 */
export async function judgeToken(
  token: unknown,
  policy: AuthorityPolicy,
  { claims, keyCache, now, revocations, revocationTimeoutMs }: VerifierConfig,
  watch: DecisionWatch | undefined,
): Promise<AuthResult> {
  if (typeof token !== "string" || token === "") return refused(missingToken(policy));

  const nowSeconds = () => Math.floor(now() / 1_000);
  let mandate: Awaited<ReturnType<typeof verifyMandate>>;
  try {
    const verifying = verifyMandate(token, claims, keyCache, nowSeconds);
    mandate =
      verifying instanceof Promise ? await settleWithin(verifying, KEY_DEADLINE_MS) : verifying;
  } catch {
    // Only a key cache that the operator passed in can throw, or wait for longer than this.
    return refused(unavailable("jwks_unavailable"));
  }
  if (mandate instanceof MandateError) return refused(mandate);
  if (watch !== undefined) watch.zoneId = mandate.zone_id;

  const error =
    judgeAuthority(mandate, policy) ??
    (await judgeRevocation(mandate, revocations, revocationTimeoutMs));
  return error === undefined ? { ok: true, principal: principalOf(mandate) } : refused(error);
}

/** Of a mandate that was verified before: the clock, then authority, then revocation. */
export async function judgeStanding(
  principal: Principal,
  policy: AuthorityPolicy,
  { now, revocations, revocationTimeoutMs }: VerifierConfig,
  watch: DecisionWatch | undefined,
): Promise<AuthResult> {
  const { mandate } = principal;
  if (watch !== undefined) watch.zoneId = mandate.zone_id;
  const error =
    judgeExpiry(mandate, now()) ??
    judgeAuthority(mandate, policy) ??
    (await judgeRevocation(mandate, revocations, revocationTimeoutMs));
  return error === undefined ? { ok: true, principal } : refused(error);
}

function missingToken({ requiredScopes }: AuthorityPolicy): MandateError {
  return new MandateError({
    code: "missing_token",
    check: "bearer",
    description: "Missing bearer token",
    hint: "The request has no Authorization header with a bearer token.",
    requiredScopes,
  });
}

function malformedCredentials(): MandateError {
  return new MandateError({
    code: "invalid_token",
    check: "bearer",
    description: "Token validation failed",
    hint: "The Authorization header is not the word Bearer, a space and one token (RFC 6750 section 2.1), or there is more than one.",
  });
}
