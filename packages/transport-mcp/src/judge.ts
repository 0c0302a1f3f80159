import {
  type AuthorityPolicy,
  andThen,
  judgeAuthority,
  MandateError,
  type MaybePromise,
} from "@caracalai/identity";
import { judgeExpiry, judgeRevocation } from "./active-authority.js";
import { type AuthResult, refused } from "./auth-result.js";
import type { DecisionWatch } from "./decision-watch.js";
import { type AuthorizationHeader, readCredentials } from "./extract-bearer.js";
import { findPrincipal } from "./find-principal.js";
import { type Principal, scopeListOf } from "./principal.js";
import type { VerifierConfig } from "./verifier-options.js";

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
 * Steps 2 to 7: shape, key, signature and claims, then authority, then revocation. At once where the
 * key is in the cache and the store answers at once.
 *
 * @param token - `missing_token` where it is none
 */
export function judgeToken(
  token: unknown,
  policy: AuthorityPolicy,
  config: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<AuthResult> {
  if (typeof token !== "string" || token === "") return refused(missingToken(policy));
  return andThen(findPrincipal(token, config, watch), (principal) =>
    principal instanceof MandateError
      ? refused(principal)
      : judgeVerified(principal, policy, config, watch),
  );
}

/** Steps 6 and 7: authority, then revocation. */
function judgeVerified(
  principal: Principal,
  policy: AuthorityPolicy,
  { revocations, revocationTimeoutMs }: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<AuthResult> {
  const { mandate } = principal;
  if (watch !== undefined) watch.zoneId = mandate.zone_id;
  // By the mandate alone: whoever holds a principal may have made another one of it.
  const error = judgeAuthority(mandate, policy, scopeListOf(mandate));
  if (error !== undefined) return refused(error);
  return andThen(judgeRevocation(mandate, revocations, revocationTimeoutMs), (refusal) =>
    refusal === undefined ? { ok: true, principal } : refused(refusal),
  );
}

/** Of a mandate that was verified before: the clock, then authority, then revocation. */
export function judgeStanding(
  principal: Principal,
  policy: AuthorityPolicy,
  config: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<AuthResult> {
  const { mandate } = principal;
  if (watch !== undefined) watch.zoneId = mandate.zone_id;
  const expiry = judgeExpiry(mandate, config.now());
  return expiry === undefined ? judgeVerified(principal, policy, config, watch) : refused(expiry);
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
