import { createHash } from "node:crypto";
import { multiplyBase, N, toBytes, toNumber } from "./p256.js";

/** A signing key of the vectors. It is public with its private part: nothing may ever trust it. */
export interface VectorKey {
  readonly kid: string;
  readonly d: bigint;
  /** As an STS publishes it. */
  readonly jwk: Readonly<Record<string, unknown>>;
}

const base64url = (value: bigint): string => toBytes(value).toString("base64url");

function createKey(kid: string, seed: string): VectorKey {
  const digest = createHash("sha256").update(`test vector, never to be used: ${seed}`).digest();
  const d = (toNumber(digest) % (N - 1n)) + 1n;
  const { x, y } = multiplyBase(d);
  const coordinates = { x: base64url(x), y: base64url(y) };
  return {
    kid,
    d,
    jwk: { kty: "EC", crv: "P-256", use: "sig", kid, alg: "ES256", ...coordinates },
  };
}

/** A key one of whose coordinates begins with a zero byte. */
function createShortKey(kid: string, coordinate: "x" | "y"): VectorKey {
  for (let attempt = 0; ; attempt += 1) {
    const key = createKey(kid, `${kid} ${attempt}`);
    if (String(key.jwk[coordinate]).startsWith("AA")) return key;
  }
}

/** All keys by name. The kid differs from the name where two zones chose the same one. */
export const KEYS = {
  zone1: createKey("zone-1-key", "zone-1-key"),
  zone1Next: createKey("zone-1-next-key", "zone-1-next-key"),
  zone2: createKey("zone-2-key", "zone-2-key"),
  zone3: createKey("zone-3-key", "zone-3-key"),
  shared1: createKey("shared-key", "shared-key of zone-1"),
  shared2: createKey("shared-key", "shared-key of zone-2"),
  shortX: createShortKey("short-x", "x"),
  shortY: createShortKey("short-y", "y"),
  attacker: createKey("zone-1-key", "attacker"),
} as const satisfies Readonly<Record<string, VectorKey>>;

export type KeyName = keyof typeof KEYS;

const jwksOf = (...keys: readonly VectorKey[]) => ({ keys: keys.map(({ jwk }) => jwk) });

/** What the STS serves for a zone; the names are those by which cases refer to them. */
export const KEY_SETS: Readonly<Record<string, object>> = {
  "zone-1": jwksOf(KEYS.zone1),
  "zone-1-rotating": jwksOf(KEYS.zone1Next, KEYS.zone1),
  "zone-1-without": jwksOf(KEYS.zone1Next),
  "zone-2": jwksOf(KEYS.zone2),
  "zone-3": jwksOf(KEYS.zone3),
  "shared-1": jwksOf(KEYS.zone1, KEYS.shared1),
  "shared-2": jwksOf(KEYS.zone2, KEYS.shared2),
  "short-coordinates": jwksOf(KEYS.shortX, KEYS.shortY),
};

/** What is written to keys.json. */
export function keysDocument(): object {
  const privateKeys = Object.entries(KEYS).map(([name, { jwk, d }]) => [
    name,
    { ...jwk, d: base64url(d) },
  ]);
  return {
    warning:
      "TEST KEYS. Their private parts are public. Never use one, never trust one, never publish one.",
    keys: Object.fromEntries(privateKeys),
    keySets: KEY_SETS,
  };
}
