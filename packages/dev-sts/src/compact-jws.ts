import { createHmac, type KeyObject, sign } from "node:crypto";

type Members = Readonly<Record<string, unknown>>;

/**
 * A JWS in the compact serialisation (RFC 7515 section 7.1). The key decides how it is signed,
 * whatever `alg` says: ES256 with P-256 (r and s side by side, RFC 7518 section 3.4), RS256 with
 * RSA, EdDSA with Ed25519 or Ed448, HS256 with a secret.
 */
export function compactJws(header: Members, payload: Members, key: KeyObject): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signatureOf(Buffer.from(input), key).toString("base64url")}`;
}

/**
 * The same token with one bit of its signature flipped, or with a claim that was not signed
 * (`"tampered": true`; all else in it stays acceptable).
 */
export function tamperWith(token: string, part: "signature" | "payload"): string {
  const [header = "", payload = "", signature = ""] = token.split(".");
  if (part === "signature") {
    const bytes = Buffer.from(signature, "base64url");
    bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
    return `${header}.${payload}.${bytes.toString("base64url")}`;
  }
  const claims: Members = JSON.parse(Buffer.from(payload, "base64url").toString());
  return `${header}.${encode({ ...claims, tampered: true })}.${signature}`;
}

function encode(members: Members): string {
  return Buffer.from(JSON.stringify(members)).toString("base64url");
}

function signatureOf(input: Buffer, key: KeyObject): Buffer {
  if (key.type === "secret") return createHmac("sha256", key).update(input).digest();
  const hashes = !key.asymmetricKeyType?.startsWith("ed");
  return sign(hashes ? "sha256" : null, input, { key, dsaEncoding: "ieee-p1363" });
}
