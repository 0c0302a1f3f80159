import { createPublicKey, verify } from "node:crypto";
import { utf8 } from "./read-body.js";
import type { KeySet } from "./zone.js";

/** Members of JSON of which nothing is known. */
export type Members = Readonly<Record<string, unknown>>;

/**
 * The payload of a compact JWS that a key of the set signed with ES256 (RFC 7515 section 5.2);
 * undefined for everything else.
 */
export function verifiedPayload(token: string, { keys }: KeySet): Members | undefined {
  const parts = token.split(".");
  if (parts.length !== 3) return undefined;
  const [header, payload, signature] = parts.map(decode);
  if (!header || !payload || !signature) return undefined;
  const { alg, kid, crit } = parse(header) ?? {};
  const key = keys.find((each) => each.kid === kid);
  if (alg !== "ES256" || crit !== undefined || key === undefined) return undefined;
  const publicKey = createPublicKey({ format: "jwk", key: { ...key } });
  const input = Buffer.from(`${parts[0]}.${parts[1]}`);
  const isSigned = verify(
    "sha256",
    input,
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    signature,
  );
  return isSigned ? parse(payload) : undefined;
}

/** Strict base64url: what would be written otherwise is none. */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, "base64url");
  return bytes.toString("base64url") === part ? bytes : undefined;
}

/** Undefined for what is no JSON; what is no object has none of the members that count. */
function parse(json: Uint8Array): Members | undefined {
  try {
    return Object(JSON.parse(utf8(json)));
  } catch {
    return undefined;
  }
}
