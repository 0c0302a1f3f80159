import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { parseKeySet } from "../src/key-set.js";
import { createTestKey } from "./support/test-key.js";
import { without } from "./support/token.js";

const KEY = createTestKey("key-1");
const OTHER = createTestKey("key-2");
const JWK = KEY.jwk;
const X = String(JWK.x);

/** The key ids that can be used and those that were exposed; undefined where it is no key set. */
async function read(body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const parsed = await parseKeySet(Buffer.from(text));
  return parsed && { usable: [...parsed.keys.keys()], exposed: parsed.exposedKeyIds };
}

function privateJwk(kid: unknown) {
  return { ...KEY.privateKey.export({ format: "jwk" }), kid };
}

test.each([
  ["as the STS serves it", JWK],
  ["without use", without(JWK, "use")],
  ["without alg", without(JWK, "alg")],
  ["key_ops with verify", { ...JWK, key_ops: ["verify"] }],
  ["key_ops with more", { ...JWK, key_ops: ["sign", "verify"] }],
  ["unknown members", { ...JWK, x5c: ["AAAA"], nbf: 1, exp: 1 }],
])("taken: %s", async (_, jwk) => {
  expect(await read({ keys: [jwk] })).toEqual({ usable: ["key-1"], exposed: [] });
});

test.each<[string, unknown]>([
  ["a string", "key-2"],
  ["null", null],
  ["a list", [OTHER.jwk]],
  ["nothing in it", {}],
  ["kty missing", without(OTHER.jwk, "kty")],
  [
    "kty RSA",
    {
      ...generateKeyPairSync("rsa", { modulusLength: 2_048 }).publicKey.export({ format: "jwk" }),
      kid: "key-2",
    },
  ],
  [
    "kty OKP",
    { ...generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" }), kid: "key-2" },
  ],
  ["kty oct", { kty: "oct", k: "AAAA", kid: "key-2" }],
  ["kty in lower case", { ...OTHER.jwk, kty: "ec" }],
  ["kty RSA, else EC", { ...OTHER.jwk, kty: "RSA" }],
  [
    "crv P-384",
    {
      ...generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({ format: "jwk" }),
      kid: "key-2",
    },
  ],
  [
    "crv secp256k1",
    {
      ...generateKeyPairSync("ec", { namedCurve: "secp256k1" }).publicKey.export({ format: "jwk" }),
      kid: "key-2",
    },
  ],
  ["crv missing", without(OTHER.jwk, "crv")],
  ["crv called P-384", { ...OTHER.jwk, crv: "P-384" }],
  ["use enc", { ...OTHER.jwk, use: "enc" }],
  ["use null", { ...OTHER.jwk, use: null }],
  ["alg ES384", { ...OTHER.jwk, alg: "ES384" }],
  ["alg ECDH-ES", { ...OTHER.jwk, alg: "ECDH-ES" }],
  ["alg null", { ...OTHER.jwk, alg: null }],
  ["key_ops of sign", { ...OTHER.jwk, key_ops: ["sign"] }],
  ["key_ops of nothing", { ...OTHER.jwk, key_ops: [] }],
  ["key_ops as a string", { ...OTHER.jwk, key_ops: "verify" }],
  ["kid missing", without(OTHER.jwk, "kid")],
  ["kid empty", { ...OTHER.jwk, kid: "" }],
  ["kid a number", { ...OTHER.jwk, kid: 2 }],
  ["kid with a line feed", { ...OTHER.jwk, kid: "key-2\n" }],
  ["kid of 257 characters", { ...OTHER.jwk, kid: "k".repeat(257) }],
  ["x missing", without(OTHER.jwk, "x")],
  ["y missing", without(OTHER.jwk, "y")],
  ["y a number", { ...OTHER.jwk, y: 1 }],
  ["x of another key", { ...OTHER.jwk, x: X }],
  ["x and y exchanged", { ...OTHER.jwk, x: OTHER.jwk.y, y: OTHER.jwk.x }],
  ["x and y zero", { ...OTHER.jwk, x: "A".repeat(43), y: "A".repeat(43) }],
  ["x beyond the field", { ...OTHER.jwk, x: `${"_".repeat(42)}8` }],
  ["x short", { ...OTHER.jwk, x: X.slice(0, 42) }],
  ["x long", { ...OTHER.jwk, x: `A${String(OTHER.jwk.x)}` }],
  ["x of a byte more, which is zero", { ...OTHER.jwk, x: withZeroByte(OTHER.jwk.x) }],
  ["y of a byte more, which is zero", { ...OTHER.jwk, y: withZeroByte(OTHER.jwk.y) }],
  ["x padded", { ...OTHER.jwk, x: `${String(OTHER.jwk.x)}=` }],
  ["x with +", { ...OTHER.jwk, x: `+${X.slice(1)}` }],
  ["x with trailing bits", { ...OTHER.jwk, x: `${String(OTHER.jwk.x).slice(0, 42)}B` }],
])("dropped beside a good key: %s", async (_, jwk) => {
  expect(await read({ keys: [jwk, JWK] })).toEqual({ usable: ["key-1"], exposed: [] });
  expect((await read({ keys: [jwk] }))?.usable).toEqual([]);
});

test.each<[string, unknown]>([
  ["not JSON", "<html></html>"],
  ["empty", ""],
  ["null", "null"],
  ["a list of keys", [JWK]],
  ["a key", JWK],
  ["no keys", {}],
  ["keys null", { keys: null }],
  ["keys an object", { keys: { 0: JWK } }],
  ["keys a string", { keys: "key-1" }],
  ["keys twice", `{"keys":[],"keys":[${JSON.stringify(JWK)}]}`],
  ["kid of a key twice", JSON.stringify({ keys: [JWK] }).replace('"kid"', '"kid":"a","kid"')],
  ["byte-order mark", `\ufeff${JSON.stringify({ keys: [JWK] })}`],
  ["keys by prototype", `{"__proto__":{"keys":[${JSON.stringify(JWK)}]}}`],
])("no key set: %s", async (_, body) => {
  expect(await read(body)).toBeUndefined();
});

test("no key set: bad UTF-8", async () => {
  const body = Buffer.from(JSON.stringify({ keys: [{ ...JWK, note: "\xff" }] }), "latin1");
  expect(await parseKeySet(body)).toBeUndefined();
});

test("a key set of nothing holds nothing", async () => {
  expect(await read({ keys: [] })).toEqual({ usable: [], exposed: [] });
  expect(await read({ keys: [1, null, "key"] })).toEqual({ usable: [], exposed: [] });
});

test.each<[string, readonly unknown[]]>([
  ["the same key", [JWK, JWK]],
  ["another key", [JWK, { ...OTHER.jwk, kid: "key-1" }]],
  ["a key of another type", [JWK, { kty: "RSA", kid: "key-1" }]],
  ["a key of another type before it", [{ kty: "RSA", kid: "key-1" }, JWK]],
  ["a key that is no key", [{ kid: "key-1" }, JWK]],
  ["two more", [JWK, JWK, JWK]],
])("one key id twice disables that key id only: %s", async (_, keys) => {
  expect((await read({ keys: [...keys, OTHER.jwk] }))?.usable).toEqual(["key-2"]);
  expect((await read({ keys: [OTHER.jwk, ...keys] }))?.usable).toEqual(["key-2"]);
});

test.each<[string, unknown, string]>([
  ["a private EC key", privateJwk("key-9"), "key-9"],
  ["d null", { ...JWK, kid: "key-9", d: null }, "key-9"],
  ["a private RSA key", { kty: "RSA", kid: "key-9", n: "AA", e: "AQAB", d: "AA" }, "key-9"],
  ["no kid", privateJwk(undefined), ""],
  ["a kid that is no text", privateJwk({ toString: null, valueOf: 1 }), ""],
  ["a kid with control characters", privateJwk("\u009b31m"), ""],
])("dropped and reported: %s", async (_, jwk, kid) => {
  expect(await read({ keys: [jwk, OTHER.jwk] })).toEqual({ usable: ["key-2"], exposed: [kid] });
  expect(await read({ keys: [jwk] })).toEqual({ usable: [], exposed: [kid] });
});

test("many keys are read", async () => {
  const keys = Array.from({ length: 100 }, (_, index) => ({ ...JWK, kid: `key-${index}` }));
  expect((await read({ keys }))?.usable).toHaveLength(100);
});

/** The same number, longer: RFC 7518 section 6.2.1.2 has it at full size and no more. */
function withZeroByte(coordinate: unknown): string {
  return Buffer.concat([Buffer.alloc(1), Buffer.from(String(coordinate), "base64url")]).toString(
    "base64url",
  );
}
