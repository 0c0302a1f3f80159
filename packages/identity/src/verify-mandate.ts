import { platform } from "#platform";
import { isAcceptedZone } from "./accepted-zones.js";
import type { ClaimsPolicy } from "./claims-policy.js";
import { type JsonObject, parseJsonObject } from "./json-object.js";
import { judgeClaims, judgeTimes } from "./judge-claims.js";
import { type ParsedJws, parseJws } from "./jws.js";
import type { KeyCache } from "./key-cache.js";
import { rememberHeader } from "./known-headers.js";
import type { Mandate } from "./mandate.js";
import { MandateError } from "./mandate-error.js";
import { andThen, type MaybePromise } from "./maybe-promise.js";
import type { VerifyingKey } from "./platform/platform.js";
import { refuseToken, unavailable } from "./refusals.js";
import type { SeenToken } from "./seen-token.js";
import type { KeyLookup } from "./zone-keys.js";

/** A mandate whose signature and claims were verified. */
export interface VerifiedMandate {
  readonly mandate: Mandate;
  /** The key that verified the signature, and its key id in the key set of the mandate's zone. */
  readonly key: VerifyingKey;
  readonly kid: string;
}

/**
 * Steps 2 to 5: shape, key, signature and claims of a token, in this order.
 *
 * @param token - a compact JWS
 * @param now - gives whole seconds since the epoch; asked once the signature is verified
 * @returns the mandate or why there is none: at once where the key is in the cache and the platform's
 *   crypto is synchronous
 */
export function verifyMandate(
  token: string,
  policy: ClaimsPolicy,
  keys: KeyCache,
  now: () => number,
): MaybePromise<Mandate | MandateError> {
  return andThen(verifyToken(token, policy, keys, now), (verified) =>
    verified instanceof MandateError ? verified : verified.mandate,
  );
}

/**
 * As {@link verifyMandate}, with the key, so that the mandate can be confirmed later.
 *
 * @param seen - where signatures are remembered: one that was verified before, with the same key, is
 *   not verified again. Everything else is judged all the same
 */
export function verifyToken(
  token: string,
  policy: ClaimsPolicy,
  keys: KeyCache,
  now: () => number,
  seen?: SeenToken,
): MaybePromise<VerifiedMandate | MandateError> {
  const jws = parseJws(token);
  if (jws instanceof MandateError) return jws;

  // Of several zones, it tells which one's keys to look into; of one, not even that is asked.
  const early = policy.zoneIds.length === 1 ? undefined : parsePayload(jws.payload);
  return andThen(findKey(jws.kid, early, policy, keys), (key) => {
    if (key instanceof MandateError) return key;
    return andThen(isGenuine(jws, key, seen), (genuine) => {
      if (!genuine) return refuseToken("signature");
      if (jws.newHeader !== undefined) rememberHeader(jws.newHeader, jws.kid);
      const payload = early ?? parsePayload(jws.payload);
      if (payload === undefined) return refuseToken("payload");
      const mandate = judgeClaims(payload, policy, now(), seen?.isKnown);
      if (mandate instanceof MandateError) return mandate;
      seen?.remember(key);
      return { mandate, key, kid: jws.kid };
    });
  });
}

/** Step 4. */
function isGenuine(
  { signingInput, signature }: ParsedJws,
  key: VerifyingKey,
  seen: SeenToken | undefined,
): MaybePromise<boolean> {
  return seen?.isVerifiedWith(key) || platform.verify(key, signingInput, signature);
}

/**
 * Judges of a mandate that was verified before what may have changed since: whether its key is still
 * in the key set of its zone (step 3), and the times (step 5).
 *
 * @param policy - the one that it was verified under
 * @param now - gives whole seconds since the epoch
 * @returns `key_exchanged` where another key has its key id now: then the token has to be verified
 *   again
 */
export function confirmMandate(
  { mandate, key, kid }: VerifiedMandate,
  policy: ClaimsPolicy,
  keys: KeyCache,
  now: () => number,
): MaybePromise<"confirmed" | "key_exchanged" | MandateError> {
  const query = { issuer: policy.issuer, zoneId: mandate.zone_id, kid };
  return andThen(keys.find(query), (found) => {
    if (typeof found === "string") return refuseMissing(found);
    return found === key ? (judgeTimes(mandate, policy, now()) ?? "confirmed") : "key_exchanged";
  });
}

/**
 * Step 3: the key set to look into is that of a configured zone, whatever the token says.
 *
 * @param payload - where there are several zones; undefined where it is no JSON object
 */
function findKey(
  kid: string,
  payload: JsonObject | undefined,
  { issuer, zoneIds }: ClaimsPolicy,
  keys: KeyCache,
): MaybePromise<VerifyingKey | MandateError> {
  const named = zoneIds.length === 1 ? zoneIds[0] : namedZone(payload, zoneIds);
  if (named !== undefined) {
    return andThen(keys.find({ issuer, zoneId: named, kid }), refuseMissing);
  }
  return findInAny(zoneIds, (zoneId) => keys.find({ issuer, zoneId, kid, refetchUnknown: false }));
}

/**
 * Of several configured zones, the one that the token names: only where to look for the key. That it
 * belongs there is proven by that zone's key, and judged with the claims.
 */
function namedZone(
  payload: JsonObject | undefined,
  zoneIds: readonly string[],
): string | undefined {
  const claimed = payload?.zone_id;
  return isAcceptedZone(zoneIds, claimed) ? claimed : undefined;
}

/**
 * A token that names none of several zones is going to be refused; whose key signed it, if anyone's,
 * decides how. It is not worth a fetch beyond those that keep the key sets fresh.
 */
function findInAny(
  zoneIds: readonly string[],
  find: (zoneId: string) => MaybePromise<KeyLookup>,
): MaybePromise<VerifyingKey | MandateError> {
  const lookups = zoneIds.map(find);
  return lookups.some((lookup) => lookup instanceof Promise)
    ? Promise.all(lookups).then(firstFound)
    : firstFound(lookups as readonly KeyLookup[]);
}

function firstFound(lookups: readonly KeyLookup[]): VerifyingKey | MandateError {
  const key = lookups.find((lookup) => typeof lookup !== "string");
  return refuseMissing(key ?? (lookups.includes("unavailable") ? "unavailable" : "unknown"));
}

function refuseMissing(found: Extract<KeyLookup, string>): MandateError;
function refuseMissing(found: KeyLookup): VerifyingKey | MandateError;
function refuseMissing(found: KeyLookup): VerifyingKey | MandateError {
  if (found === "unknown") return refuseToken("key");
  if (found === "unavailable") return unavailable("jwks_unavailable");
  return found;
}

function parsePayload(text: string | undefined): JsonObject | undefined {
  return text === undefined ? undefined : parseJsonObject(text);
}
