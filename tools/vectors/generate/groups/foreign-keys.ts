import { createHash } from "node:crypto";
import type { Members } from "../json-text.js";
import { KEYS } from "../keys.js";

const { kid } = KEYS.zone1;

/** Bytes that look like a key of another kind; no one needs their private part. */
function bytes(length: number): string {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash("sha256").update(`foreign key ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length).toString("base64url");
}

/** Keys of other kinds under the key id of the token. */
export const FOREIGN_KEYS: readonly (readonly [slug: string, jwk: Members])[] = [
  ["rsa", { kty: "RSA", use: "sig", alg: "RS256", kid, n: bytes(256), e: "AQAB" }],
  ["rsa-pss", { kty: "RSA", use: "sig", alg: "PS256", kid, n: bytes(256), e: "AQAB" }],
  ["p-384", { kty: "EC", crv: "P-384", use: "sig", alg: "ES384", kid, x: bytes(48), y: bytes(48) }],
  ["p-521", { kty: "EC", crv: "P-521", use: "sig", alg: "ES512", kid, x: bytes(66), y: bytes(66) }],
  ["ed25519", { kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA", kid, x: bytes(32) }],
  ["hmac", { kty: "oct", use: "sig", alg: "HS256", kid, k: bytes(32) }],
  ["hmac-as-es256", { kty: "oct", use: "sig", alg: "ES256", kid, k: bytes(32) }],
  ["empty-object", { kid }],
];
