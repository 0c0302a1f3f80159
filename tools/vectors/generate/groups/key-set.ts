import { accept, refuse, type ServedKeySet, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { KEYS } from "../keys.js";
import { USER, ZONE } from "../mandates.js";
import { FOREIGN_KEYS } from "./foreign-keys.js";
import { say } from "./header-json.js";

const JWK = KEYS.zone1.jwk;
const OTHER = KEYS.zone1Next.jwk;
const X = String(JWK.x);
const Y = String(JWK.y);

const served = (document: unknown): Readonly<Record<string, ServedKeySet>> => ({
  [ZONE]: { document },
});

/** Changes that make the key of the token one that is not taken. */
const UNUSABLE: readonly (readonly [slug: string, change: Members])[] = [
  ...["enc", "", "Sig", "sig ", null, 1, ["sig"]].map(
    (use, index) => [`use-${index + 1}`, { use }] as const,
  ),
  ...["ES384", "none", "es256", "", "RS256", null, ["ES256"]].map(
    (alg, index) => [`alg-${index + 1}`, { alg }] as const,
  ),
  ...[[], ["sign"], ["encrypt"], "verify", null, {}, ["Verify"]].map(
    (key_ops, index) => [`key-ops-${index + 1}`, { key_ops }] as const,
  ),
  ...["RSA", "oct", "OKP", "ec", "", null, undefined].map(
    (kty, index) => [`kty-${index + 1}`, { kty }] as const,
  ),
  ...["P-384", "P-521", "secp256k1", "p-256", "Ed25519", "", null, undefined].map(
    (crv, index) => [`crv-${index + 1}`, { crv }] as const,
  ),
  ["private", { d: X }],
  ["private-empty", { d: "" }],
  ["private-null", { d: null }],
  ["x-missing", { x: undefined }],
  ["x-null", { x: null }],
  ["x-empty", { x: "" }],
  ["x-short", { x: X.slice(0, 42) }],
  ["x-long", { x: `${X}A` }],
  ["x-padded", { x: `${X}=` }],
  [
    "x-leading-zero-byte",
    { x: Buffer.concat([Buffer.of(0), Buffer.from(X, "base64url")]).toString("base64url") },
  ],
  ["x-trailing-bits", { x: `${X.slice(0, 42)}${X.endsWith("A") ? "B" : "_"}` }],
  ["x-with-plus", { x: `+${X.slice(1)}` }],
  ["x-with-space", { x: ` ${X.slice(1)}` }],
  ["x-number", { x: 1 }],
  ["y-missing", { y: undefined }],
  ["y-short", { y: Y.slice(0, 40) }],
  ["y-zero", { y: "A".repeat(43) }],
  ["x-and-y-zero", { x: "A".repeat(43), y: "A".repeat(43) }],
  ["x-and-y-swapped", { x: Y, y: X }],
  ["x-above-p", { x: `${"_".repeat(42)}8` }],
  ["off-curve", { y: String(KEYS.attacker.jwk.y) }],
  ["kid-missing", { kid: undefined }],
  ["kid-empty", { kid: "" }],
  ["kid-number", { kid: 1 }],
  ["kid-null", { kid: null }],
];

function unusable(): VectorCase[] {
  const changed = UNUSABLE.map(([slug, change]) => [slug, { ...JWK, ...change }] as const);
  return [...changed, ...FOREIGN_KEYS].map(([slug, jwk]) =>
    refuse(
      `key-set-${slug}`,
      `the key is not taken, another of the set is: ${say(slug)}`,
      "invalid_token/key",
      USER,
      { keySets: served({ keys: [jwk, OTHER] }) },
    ),
  );
}

/** The same where it is the only key: then there is no usable one, and that is an outage. */
function unusableAlone(): VectorCase[] {
  const changed = UNUSABLE.filter(([slug]) => !/-[2-9]$/.test(slug)).map(
    ([slug, change]) => [slug, { ...JWK, ...change }] as const,
  );
  return [...changed, ...FOREIGN_KEYS].map(([slug, jwk]) =>
    refuse(
      `key-set-${slug}-alone`,
      `no key of the set is usable: ${say(slug)}`,
      "verification_unavailable/jwks_unavailable",
      USER,
      { keySets: served({ keys: [jwk] }) },
    ),
  );
}

const usable: readonly (readonly [slug: string, keys: readonly unknown[]])[] = [
  ["no-use", [{ ...JWK, use: undefined }]],
  ["no-alg", [{ ...JWK, alg: undefined }]],
  ["no-use-no-alg", [{ ...JWK, use: undefined, alg: undefined }]],
  ["key-ops", [{ ...JWK, key_ops: ["verify"] }]],
  ["key-ops-two", [{ ...JWK, key_ops: ["sign", "verify"] }]],
  ["unknown-members", [{ ...JWK, x5c: ["x"], x5t: "x", x5u: "https://a.example", exp: 1, a: {} }]],
  ["first-of-two", [JWK, OTHER]],
  ["last-of-two", [OTHER, JWK]],
  ["beside-private", [{ ...OTHER, d: X }, JWK]],
  ["beside-foreign", [...FOREIGN_KEYS.map(([, jwk]) => ({ ...jwk, kid: "foreign" })), JWK]],
  ["beside-off-curve", [{ ...OTHER, y: X }, JWK]],
  ["beside-no-objects", [null, 1, "key", true, [], [JWK], JWK]],
  ["beside-no-kid", [{ ...OTHER, kid: undefined }, JWK]],
  ["beside-duplicates", [OTHER, { ...OTHER }, JWK]],
  ["beside-similar-kid", [{ ...OTHER, kid: "ZONE-1-KEY" }, { ...OTHER, kid: "zone-1-key " }, JWK]],
];

export function keySetCases(): VectorCase[] {
  return [
    ...unusable(),
    ...unusableAlone(),
    ...usable.map(([slug, keys]) =>
      accept(`key-set-accepted-${slug}`, `the key is taken: ${say(slug)}`, USER, {
        keySets: served({ keys }),
      }),
    ),
    ...["shortX", "shortY"].map((key) =>
      accept(
        `key-set-accepted-${key.toLowerCase()}`,
        "a coordinate that begins with a zero byte",
        USER,
        {
          key: key === "shortX" ? "shortX" : "shortY",
          keySets: { [ZONE]: "short-coordinates" },
        },
      ),
    ),
  ];
}
