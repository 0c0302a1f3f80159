import { type KeyObject, sign } from "node:crypto";
import { createTestKey, type TestKey } from "./test-key.js";

/** One part of a token before it is encoded: bytes and text as they are, anything else as JSON. */
export type Part = string | Uint8Array | Readonly<Record<string, unknown>> | readonly unknown[];

/** What a token is made of: what is not given is right. */
export interface TokenParts {
  readonly header?: Part;
  readonly payload?: Part;
  readonly key?: KeyObject;
}

export const NOW = 1_800_000_000;
export const ISSUER = "https://sts.example.com";
export const AUDIENCE = "https://mcp.example.com";
export const ZONE = "zone-1";

/** The key that signs unless another is given. */
export const KEY: TestKey = createTestKey();

export const HEADER = { alg: "ES256", typ: "JWT", kid: KEY.kid } as const;

export const CLAIMS = {
  iss: ISSUER,
  aud: [AUDIENCE],
  sub: "user-1",
  sub_type: "user",
  client_id: "app-1",
  zone_id: ZONE,
  jti: "0190a8f0-0000-7000-8000-000000000000",
  iat: NOW - 10,
  exp: NOW + 890,
  use: "resource",
  sid: "session-1",
  root_sid: "session-0",
  scope: "notes:read notes:write",
  target: [AUDIENCE],
} as const;

export function encode(part: Part): string {
  const bytes =
    typeof part === "string" || part instanceof Uint8Array ? part : JSON.stringify(part);
  return Buffer.from(bytes).toString("base64url");
}

/** r and s side by side; an Ed25519 key signs in its own way. */
export function signatureOf(input: string, key: KeyObject): Buffer {
  const hash = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  return sign(hash, Buffer.from(input), { key, dsaEncoding: "ieee-p1363" });
}

export function tokenOf({ header = HEADER, payload = CLAIMS, key }: TokenParts = {}): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signatureOf(input, key ?? KEY.privateKey).toString("base64url")}`;
}

/** The same token with other bytes as its signature. */
export function withSignature(token: string, signature: Uint8Array): string {
  return `${token.slice(0, token.lastIndexOf("."))}.${Buffer.from(signature).toString("base64url")}`;
}

/** The members without one of them. */
export function without<T extends object>(members: T, name: keyof T): Partial<T> {
  const { [name]: _, ...rest } = members;
  return rest as Partial<T>;
}
