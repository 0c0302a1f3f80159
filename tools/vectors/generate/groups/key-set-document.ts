import { accept, refuse, type ServedKeySet, type Situation, type VectorCase } from "../case.js";
import { KEYS } from "../keys.js";
import { USER, ZONE } from "../mandates.js";
import { say } from "./header-json.js";

const JWK = KEYS.zone1.jwk;
const OTHER = KEYS.zone1Next.jwk;
const TEXT = JSON.stringify({ keys: [JWK] });

/** Answers of the STS that are no key set, or one without a usable key. */
const NO_KEY_SETS: readonly (readonly [slug: string, served: ServedKeySet])[] = [
  ["empty-object", { document: {} }],
  ["no-keys", { document: { keys: [] } }],
  ["keys-null", { document: { keys: null } }],
  ["keys-object", { document: { keys: { "zone-1-key": JWK } } }],
  ["keys-text", { document: { keys: JSON.stringify([JWK]) } }],
  ["keys-upper-case", { document: { KEYS: [JWK] } }],
  ["list", { document: [JWK] }],
  ["one-key", { document: JWK }],
  ["text", { document: "keys" }],
  ["null", { document: null }],
  ["no-objects", { document: { keys: [null, 1, "key", []] } }],
  ["nested-list", { document: { keys: [[JWK]] } }],
  ["wrapped", { document: { data: { keys: [JWK] } } }],
  ["empty-body", { body: "" }],
  ["html", { body: "<!doctype html><title>502 Bad Gateway</title>" }],
  ["truncated", { body: TEXT.slice(0, -1) }],
  ["trailing-text", { body: `${TEXT}x` }],
  ["twice", { body: TEXT + TEXT }],
  ["byte-order-mark", { body: `\ufeff${TEXT}` }],
  ["keys-twice", { body: `{"keys":[],${TEXT.slice(1)}` }],
  ["member-of-key-twice", { body: TEXT.replace('"kty"', '"kty":"RSA","kty"') }],
  ["lone-surrogate", { body: `{"a":"\\ud800",${TEXT.slice(1)}` }],
  ["nan", { body: `{"a":NaN,${TEXT.slice(1)}` }],
  ["65-levels", { body: `{"a":${"[".repeat(64)}${"]".repeat(64)},${TEXT.slice(1)}` }],
  ["same-kid-twice-alone", { document: { keys: [JWK, JWK] } }],
];

/** Two entries with one key id: which of them was meant would be a guess. */
const DUPLICATES: readonly (readonly [slug: string, keys: readonly unknown[]])[] = [
  ["same-key", [JWK, JWK, OTHER]],
  ["another-key", [JWK, { ...OTHER, kid: JWK.kid }, OTHER]],
  ["another-key-first", [{ ...OTHER, kid: JWK.kid }, JWK, OTHER]],
  ["three-times", [JWK, JWK, JWK, OTHER]],
  ["foreign-key", [JWK, { kty: "RSA", kid: JWK.kid, n: "AQAB", e: "AQAB" }, OTHER]],
  ["private-key", [JWK, { ...OTHER, kid: JWK.kid, d: "AAAA" }, OTHER]],
  ["key-for-encryption", [JWK, { ...OTHER, kid: JWK.kid, use: "enc" }, OTHER]],
  ["not-next-to-each-other", [JWK, OTHER, JWK]],
];

function duplicates(): VectorCase[] {
  return DUPLICATES.flatMap(([slug, keys]) => {
    const keySets = { [ZONE]: { document: { keys } } };
    return [
      refuse(
        `key-set-kid-twice-${slug}`,
        `its key id stands twice: ${say(slug)}`,
        "invalid_token/key",
        USER,
        { keySets },
      ),
      accept(`key-set-kid-twice-${slug}-other`, `the other key still works: ${say(slug)}`, USER, {
        keySets,
        key: "zone1Next",
      }),
    ];
  });
}

const manyKeys = Array.from({ length: 99 }, (_, index) => ({ ...OTHER, kid: `key-${index}` }));

const ACCEPTED: readonly (readonly [slug: string, situation: Situation])[] = [
  ["rotating-current", { keySets: { [ZONE]: "zone-1-rotating" } }],
  ["rotating-next", { keySets: { [ZONE]: "zone-1-rotating" }, key: "zone1Next" }],
  ["100-keys", { keySets: { [ZONE]: { document: { keys: [...manyKeys, JWK] } } } }],
  ["other-members", { keySets: { [ZONE]: { document: { issuer: "x", keys: [JWK], a: null } } } }],
  [
    "white-space",
    { keySets: { [ZONE]: { body: `\n ${JSON.stringify({ keys: [JWK] }, null, 2)}\r\n` } } },
  ],
  [
    "64-levels",
    { keySets: { [ZONE]: { body: `{"a":${"[".repeat(63)}${"]".repeat(63)},${TEXT.slice(1)}` } } },
  ],
];

export function keySetDocumentCases(): VectorCase[] {
  return [
    ...NO_KEY_SETS.map(([slug, keySet]) =>
      refuse(
        `key-set-document-${slug}`,
        `the answer is not a key set with a usable key: ${say(slug)}`,
        "verification_unavailable/jwks_unavailable",
        USER,
        { keySets: { [ZONE]: keySet } },
      ),
    ),
    refuse(
      "key-set-not-served",
      "404 for the zone",
      "verification_unavailable/jwks_unavailable",
      USER,
      {
        keySets: {},
      },
    ),
    refuse("key-set-rotated-out", "the key was taken out", "invalid_token/key", USER, {
      keySets: { [ZONE]: "zone-1-without" },
    }),
    ...duplicates(),
    ...ACCEPTED.map(([slug, situation]) =>
      accept(`key-set-document-accepted-${slug}`, `key set: ${say(slug)}`, USER, situation),
    ),
  ];
}
