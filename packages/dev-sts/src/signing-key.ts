import { createHash, generateKeyPairSync, type KeyObject } from "node:crypto";

/** A public ES256 key as it is published (RFC 7517 section 4, RFC 7518 section 6.2.1). */
export interface PublicJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly use: "sig";
  readonly kid: string;
  readonly alg: "ES256";
  /** Base64url, 32 bytes. */
  readonly x: string;
  /** Base64url, 32 bytes. */
  readonly y: string;
}

/** An ES256 key pair; the private half lives in this process alone. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: PublicJwk;
}

/** Makes a key pair; its `kid` is the thumbprint (RFC 7638) of the public half. */
export function createSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const kid = createHash("sha256")
    .update(JSON.stringify({ crv: "P-256", kty: "EC", x, y }))
    .digest("base64url");
  return {
    kid,
    privateKey,
    jwk: { kty: "EC", crv: "P-256", use: "sig", kid, alg: "ES256", x, y },
  };
}
