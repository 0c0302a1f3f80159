import {
  type AuthorityPolicy,
  judgeAuthority,
  MandateError,
  settleWithin,
  unavailable,
  verifyMandate,
} from "@caracalai/identity";
import { judgeExpiry, judgeRevocation } from "./active-authority.js";
import { type AuthResult, refused } from "./auth-result.js";
import {
  type AuthorityWatch,
  createAuthorityWatch,
  type OnAuthorityEnd,
} from "./authority-watch.js";
import { type AuthorizationHeader, readCredentials } from "./extract-bearer.js";
import { type Principal, principalOf } from "./principal.js";
import { narrow, type Requirements } from "./requirements.js";
import {
  type MandateVerifierOptions,
  readVerifierOptions,
  type VerifierConfig,
} from "./verifier-options.js";

/** Far beyond what a key cache of ours takes: two fetches of 5 seconds. */
const KEY_DEADLINE_MS = 30_000;

/** Judges mandates for one resource server. Its methods can be passed around on their own. */
export interface MandateVerifier {
  /** The STS whose mandates are accepted. */
  readonly issuer: string;
  /** What mandates have to name in `aud`. */
  readonly audience: string;
  /** What every mandate needs; routes narrow it. Frozen. */
  readonly defaults: AuthorityPolicy;
  /**
   * Judges a token, without its scheme: steps 2 to 7 of the order of checks.
   *
   * @param route - what this operation needs on top of the defaults
   * @throws ConfigurationError where `route` is malformed; whatever the token is, an answer comes out
   */
  authenticate(token: string, route?: Requirements): Promise<AuthResult>;
  /** Judges an `Authorization` header: step 1, then as {@link MandateVerifier.authenticate}. */
  authorization(header: AuthorizationHeader, route?: Requirements): Promise<AuthResult>;
  /**
   * Judges again a principal that this verifier has let in: its expiry, its authority for a further
   * operation, its revocation. For the moment right before a handler runs.
   */
  recheck(principal: Principal, route?: Requirements): Promise<AuthResult>;
  /**
   * Whether a principal that this verifier has let in has the authority for a further operation. For
   * lists that show only what may be used: neither the clock nor revocation is asked.
   *
   * @throws ConfigurationError where `route` is malformed
   */
  permits(principal: Principal, route: Requirements): boolean;
  /**
   * Watches a principal that this verifier has let in, for what stays open beyond an answer.
   *
   * @param onEnd - called once, within a second of the mandate's expiry, or of a revocation that
   *   reaches the store; with `verification_unavailable` where the store has had no answer twice
   * @returns the function that ends the watch
   */
  watch(principal: Principal, onEnd: OnAuthorityEnd): () => void;
  /**
   * The same verifier with narrower defaults, for one route or tool.
   *
   * @throws ConfigurationError where `route` is malformed
   */
  require(route: Requirements): MandateVerifier;
  /**
   * Fetches the key sets of all zones, so that the first request does not wait for them.
   *
   * @throws MandateError `verification_unavailable` where one could not be fetched
   */
  warmup(): Promise<void>;
}

/**
 * Creates a verifier.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export function createMandateVerifier(options: MandateVerifierOptions): MandateVerifier {
  const config = readVerifierOptions(options);
  return createVerifier(config, createAuthorityWatch(config));
}

/**
 * Judges one token with options given on the spot. Servers create a verifier once instead.
 *
 * @throws ConfigurationError for an option that is missing, malformed or unknown
 */
export async function authenticate(
  token: string,
  options: MandateVerifierOptions,
): Promise<AuthResult> {
  return createMandateVerifier(options).authenticate(token);
}

function createVerifier(config: VerifierConfig, watch: AuthorityWatch): MandateVerifier {
  const { claims, defaults, keyCache } = config;

  function policyFor(route: Requirements | undefined): AuthorityPolicy {
    return route === undefined ? defaults : narrow(defaults, route);
  }

  return Object.freeze({
    issuer: claims.issuer,
    audience: claims.audience,
    defaults,

    async authenticate(token: string, route?: Requirements): Promise<AuthResult> {
      const policy = policyFor(route);
      if (typeof token !== "string" || token === "") return refused(missingToken(policy));
      return judgeToken(token, policy, config);
    },

    async authorization(header: AuthorizationHeader, route?: Requirements): Promise<AuthResult> {
      const policy = policyFor(route);
      const credentials = readCredentials(header);
      if (credentials.kind === "missing") return refused(missingToken(policy));
      if (credentials.kind === "malformed") return refused(malformedCredentials());
      return judgeToken(credentials.token, policy, config);
    },

    async recheck(principal: Principal, route?: Requirements): Promise<AuthResult> {
      return judgeStanding(principal, policyFor(route), config);
    },

    permits(principal: Principal, route: Requirements): boolean {
      return judgeAuthority(principal.mandate, policyFor(route)) === undefined;
    },

    watch,

    require(route: Requirements): MandateVerifier {
      return createVerifier({ ...config, defaults: narrow(defaults, route) }, watch);
    },

    async warmup(): Promise<void> {
      const { issuer, zoneIds } = claims;
      const attempts = zoneIds.map(async (zoneId) => keyCache.warmup(issuer, zoneId));
      const warm = await Promise.all(attempts).catch(() => [false]);
      if (!warm.every((isWarm) => isWarm === true)) throw unavailable("jwks_unavailable");
    },
  });
}

/** Steps 2 to 7: shape, key, signature and claims, then authority, then revocation. */
async function judgeToken(
  token: string,
  policy: AuthorityPolicy,
  { claims, keyCache, now, revocations, revocationTimeoutMs }: VerifierConfig,
): Promise<AuthResult> {
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

  const error =
    judgeAuthority(mandate, policy) ??
    (await judgeRevocation(mandate, revocations, revocationTimeoutMs));
  return error === undefined ? { ok: true, principal: principalOf(mandate) } : refused(error);
}

/** Of a mandate that was verified before: the clock, then authority, then revocation. */
async function judgeStanding(
  principal: Principal,
  policy: AuthorityPolicy,
  { now, revocations, revocationTimeoutMs }: VerifierConfig,
): Promise<AuthResult> {
  const { mandate } = principal;
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
