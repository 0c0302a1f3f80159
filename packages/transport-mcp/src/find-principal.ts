import {
  andThen,
  confirmMandate,
  MandateError,
  type MaybePromise,
  settleWithin,
  unavailable,
  verifyMandate,
  verifyToken,
} from "@caracalai/identity";
import type { DecisionWatch } from "./decision-watch.js";
import { type Principal, principalOf } from "./principal.js";
import type { KnownMandate } from "./verified-mandates.js";
import type { VerifierConfig } from "./verifier-options.js";

/** Far beyond what a key cache of ours takes: two fetches of 5 seconds. */
const KEY_DEADLINE_MS = 30_000;

/**
 * Steps 2 to 5: shape, key, signature and claims of a token. Of one that was verified before, what may
 * have changed since: whether its key is still in force, and the times.
 */
export function findPrincipal(
  token: string,
  config: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<Principal | MandateError> {
  try {
    const found = recall(token, config, watch);
    return found instanceof Promise ? inTime(found) : found;
  } catch {
    return keysUnavailable();
  }
}

async function inTime(found: Promise<Principal | MandateError>): Promise<Principal | MandateError> {
  try {
    return await settleWithin(found, KEY_DEADLINE_MS);
  } catch {
    return keysUnavailable();
  }
}

/** Only a key cache that the operator passed in can throw, or wait for longer than that. */
function keysUnavailable(): MandateError {
  return unavailable("jwks_unavailable");
}

/** A mandate that is remembered is confirmed; another one is verified. */
function recall(
  token: string,
  config: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<Principal | MandateError> {
  const { verified } = config;
  const digest = verified.digest(token);
  if (digest === undefined) return verify(token, config);
  const known = verified.get(digest);
  return known === undefined
    ? verifyAndRemember(token, digest, config, watch)
    : confirm(token, digest, known, config, watch);
}

function confirm(
  token: string,
  digest: string,
  { principal, key, kid }: KnownMandate,
  config: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<Principal | MandateError> {
  const { verified, claims, keyCache, nowSeconds } = config;
  const mandate = { mandate: principal.mandate, key, kid };
  return andThen(confirmMandate(mandate, claims, keyCache, nowSeconds), (confirmed) => {
    if (confirmed === "key_exchanged") {
      verified.delete(digest);
      return verifyAndRemember(token, digest, config, watch);
    }
    if (watch !== undefined) watch.cached = true;
    if (confirmed === "confirmed") return principal;
    // After an outage it stands as before; with any other refusal it has ended.
    if (confirmed.code !== "verification_unavailable") verified.delete(digest);
    return confirmed;
  });
}

function verifyAndRemember(
  token: string,
  digest: string,
  { verified, claims, keyCache, nowSeconds }: VerifierConfig,
  watch: DecisionWatch | undefined,
): MaybePromise<Principal | MandateError> {
  const seen = verified.seen(digest);
  return andThen(verifyToken(token, claims, keyCache, nowSeconds, seen), (found) => {
    if (watch !== undefined) watch.cached = seen.isKnown;
    if (found instanceof MandateError) return found;
    const { mandate, key, kid } = found;
    const principal = principalOf(mandate);
    if (seen.isKnown) verified.set(digest, { principal, key, kid }, token.length);
    return principal;
  });
}

function verify(
  token: string,
  { claims, keyCache, nowSeconds }: VerifierConfig,
): MaybePromise<Principal | MandateError> {
  return andThen(verifyMandate(token, claims, keyCache, nowSeconds), (mandate) =>
    mandate instanceof MandateError ? mandate : principalOf(mandate),
  );
}
