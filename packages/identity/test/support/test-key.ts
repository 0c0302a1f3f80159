import { generateKeyPairSync, type KeyObject } from "node:crypto";

/** A signing key and what its STS publishes of it. */
export interface TestKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly jwk: Readonly<Record<string, unknown>>;
}

export function createTestKey(kid = "key-1"): TestKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x, y } = publicKey.export({ format: "jwk" });
  const jwk = { kty: "EC", crv: "P-256", use: "sig", kid, alg: "ES256", x, y };
  return { kid, privateKey, publicKey, jwk };
}
