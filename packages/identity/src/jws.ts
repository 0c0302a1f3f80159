import { platform } from "#platform";
import { isBase64Url } from "./base64url.js";
import { type JsonObject, parseJsonObject } from "./json-object.js";
import { isKeyId } from "./key-id.js";
import type { MandateError } from "./mandate-error.js";
import { refuseToken } from "./refusals.js";

/** Longer tokens are refused unread. */
export const MAX_TOKEN_LENGTH = 16_384;

/** r and s of a P-256 signature (RFC 7518 section 3.4). */
const SIGNATURE_LENGTH = 64;

/** Members that change what is signed or how it is read, none of which a mandate has. */
const UNSUPPORTED_MEMBERS = ["crit", "b64", "zip", "cty"];

/** A token in the right shape. Nothing in it is believed yet. */
export interface ParsedJws {
  /** Which key the token asks to be verified with. */
  readonly kid: string;
  /** What was signed: header and payload as sent (RFC 7515 section 5.2). */
  readonly signingInput: string;
  readonly payload: Uint8Array;
  /** r and s, 32 bytes each. */
  readonly signature: Uint8Array;
}

/**
 * Step 2, shape: a compact JWS (RFC 7515 section 7.1) with an ES256 header, checked without any I/O.
 *
 * @param token - at most 16 KiB: header, payload and signature in strict base64url, joined by dots
 * @returns the parts, or `invalid_token` with check `size`, `encoding`, `header`, `algorithm`, `kid`
 *   or `signature`
 */
export function parseJws(token: string): ParsedJws | MandateError {
  if (token.length > MAX_TOKEN_LENGTH) return refuseToken("size");

  const headerEnd = token.indexOf(".");
  const payloadEnd = token.indexOf(".", headerEnd + 1);
  if (headerEnd < 1 || payloadEnd < 0) return refuseToken("encoding");
  const header = token.slice(0, headerEnd);
  const payload = token.slice(headerEnd + 1, payloadEnd);
  // A fourth part has its dot in here, and a dot is not base64url.
  const signature = token.slice(payloadEnd + 1);
  if (![header, payload, signature].every(isBase64Url)) return refuseToken("encoding");

  const kid = judgeHeader(header);
  if (typeof kid !== "string") return kid;

  const signatureBytes = platform.decodeBase64Url(signature);
  if (signatureBytes.length !== SIGNATURE_LENGTH) return refuseToken("signature");

  return {
    kid,
    signingInput: token.slice(0, payloadEnd),
    payload: platform.decodeBase64Url(payload),
    signature: signatureBytes,
  };
}

/** The key id of an acceptable JOSE header (RFC 7515 section 4.1, RFC 8725 section 3). */
function judgeHeader(encoded: string): string | MandateError {
  const text = platform.decodeUtf8(platform.decodeBase64Url(encoded));
  const header = text === undefined ? undefined : parseJsonObject(text);
  if (header === undefined) return refuseToken("header");

  if (header.alg !== "ES256") return refuseToken("algorithm");
  const kid = header.kid;
  if (!isKeyId(kid)) return refuseToken("kid");
  if (!hasAcceptedType(header)) return refuseToken("header");
  if (UNSUPPORTED_MEMBERS.some((member) => Object.hasOwn(header, member))) {
    return refuseToken("header");
  }
  return kid;
}

/** `typ` (RFC 7519 section 5.1, RFC 9068 section 2.1), where the header has one. */
function hasAcceptedType(header: JsonObject): boolean {
  if (!Object.hasOwn(header, "typ")) return true;
  const { typ } = header;
  return typeof typ === "string" && /^(?:jwt|at\+jwt)$/i.test(typ);
}
