import { platform } from "#platform";
import { isBase64Url } from "./base64url.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { isJsonObject, type JsonObject, parseJsonObject } from "./json-object.js";
import { isKeyId } from "./key-id.js";
import type { P256Coordinates, VerifyingKey } from "./platform/platform.js";

/** The usable keys of one zone, by key id. */
export type KeySet = ReadonlyMap<string, VerifyingKey>;

/** What was found in an answer of the STS. */
export interface ParsedKeySet {
  readonly keys: KeySet;
  /** Key ids of keys that were published with their private part, and dropped; "" for no usable id. */
  readonly exposedKeyIds: readonly string[];
}

/** What keys were made of, to know one again. */
const coordinatesOf = new WeakMap<VerifyingKey, P256Coordinates>();

/** A P-256 coordinate: 32 bytes (RFC 7518 section 6.2.1.2) make 43 characters of base64url. */
const COORDINATE_LENGTH = 43;

/**
 * Reads a JWK Set (RFC 7517 section 5). Taken are EC P-256 keys for verifying ES256 that have a key
 * id; everything else is dropped. Two keys with one key id disable that key id.
 *
 * @param known - the set of before: a key that is still the same stays the same object, by which what
 *   was verified with it is known to stand
 * @returns undefined where the bytes are not a key set
 */
export async function parseKeySet(
  body: Uint8Array,
  known: KeySet = new Map(),
): Promise<ParsedKeySet | undefined> {
  const text = decodeUtf8(body);
  const members = (text === undefined ? undefined : parseJsonObject(text))?.keys;
  if (!Array.isArray(members)) return undefined;
  const jwks = members.filter(isJsonObject);

  const keys = new Map<string, VerifyingKey>();
  for (const [kid, jwk] of withUniqueKeyIds(jwks)) {
    const coordinates = readCoordinates(jwk);
    const key = coordinates && (await importKey(coordinates, known.get(kid)));
    if (key !== undefined) keys.set(kid, key);
  }
  const exposedKeyIds = jwks.filter(isPrivate).map(({ kid }) => (isKeyId(kid) ? kid : ""));
  return { keys, exposedKeyIds };
}

/** The key with these coordinates: that of before, where it has them. */
async function importKey(
  coordinates: P256Coordinates,
  before: VerifyingKey | undefined,
): Promise<VerifyingKey | undefined> {
  const known = before && coordinatesOf.get(before);
  if (known?.x === coordinates.x && known.y === coordinates.y) return before;
  const key = await platform.importKey(coordinates);
  if (key !== undefined) coordinatesOf.set(key, coordinates);
  return key;
}

/** All entries count here, usable or not: with which of two keys a token was meant is a guess. */
function withUniqueKeyIds(jwks: readonly JsonObject[]): ReadonlyMap<string, JsonObject> {
  const unique = new Map<string, JsonObject>();
  const seen = new Set<unknown>();
  for (const jwk of jwks) {
    const { kid } = jwk;
    if (!isKeyId(kid)) continue;
    if (seen.has(kid)) unique.delete(kid);
    else unique.set(kid, jwk);
    seen.add(kid);
  }
  return unique;
}

/** The coordinates of a key that may verify ES256 signatures; undefined for any other key. */
function readCoordinates(jwk: JsonObject): P256Coordinates | undefined {
  const { kty, crv, use, alg, key_ops: operations, x, y } = jwk;
  if (kty !== "EC" || crv !== "P-256" || isPrivate(jwk)) return undefined;
  if (use !== undefined && use !== "sig") return undefined;
  if (alg !== undefined && alg !== "ES256") return undefined;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) {
    return undefined;
  }
  return isCoordinate(x) && isCoordinate(y) ? { x, y } : undefined;
}

function isCoordinate(value: unknown): value is string {
  return typeof value === "string" && value.length === COORDINATE_LENGTH && isBase64Url(value);
}

/** RFC 7518 section 6.2.2.1: `d` is the private part, and its place is not here. */
function isPrivate(jwk: JsonObject): boolean {
  return Object.hasOwn(jwk, "d");
}
