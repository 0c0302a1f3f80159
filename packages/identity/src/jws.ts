import { decodeBase64Url } from "./base64url.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { judgeHeader } from "./judge-header.js";
import { knownKeyId } from "./known-headers.js";
import type { MandateError } from "./mandate-error.js";
import { MAX_TOKEN_LENGTH } from "./max-token-length.js";
import { refuseToken } from "./refusals.js";

/** r and s of a P-256 signature (RFC 7518 section 3.4). */
const SIGNATURE_LENGTH = 64;

/** A token in the right shape. Nothing in it is believed yet. */
export interface ParsedJws {
  /** The JOSE header as sent, where it is not known from before. */
  readonly newHeader: string | undefined;
  /** Which key the token asks to be verified with. */
  readonly kid: string;
  /** What was signed: header and payload as sent (RFC 7515 section 5.2). */
  readonly signingInput: string;
  /** The payload as text; undefined where it is not UTF-8. */
  readonly payload: string | undefined;
  /** r and s, 32 bytes each. */
  readonly signature: Uint8Array;
}

const utf8 = new TextEncoder();

// Every token passes through these, one at a time: what leaves `parseJws` is copied out of them.
const characters = new Uint8Array(MAX_TOKEN_LENGTH);
const decoded = new Uint8Array(MAX_TOKEN_LENGTH);

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
  if (headerEnd < 1 || payloadEnd < 0 || !takeAscii(token)) return refuseToken("encoding");
  const payloadBytes = decodePart(headerEnd + 1, payloadEnd);
  const payload = payloadBytes && decodeUtf8(payloadBytes);
  // A fourth part has its dot in here, and a dot is not base64url.
  const signature = decodePart(payloadEnd + 1, token.length)?.slice();
  if (payloadBytes === undefined || signature === undefined) return refuseToken("encoding");

  const header = token.slice(0, headerEnd);
  const knownKid = knownKeyId(header);
  const kid = knownKid ?? judgeHeader(header);
  if (typeof kid !== "string") return kid;

  if (signature.length !== SIGNATURE_LENGTH) return refuseToken("signature");
  const newHeader = knownKid === undefined ? header : undefined;
  return { newHeader, kid, signingInput: token.slice(0, payloadEnd), payload, signature };
}

/** Whether text is ASCII; then its characters are at hand, a byte each. */
function takeAscii(text: string): boolean {
  const { read, written } = utf8.encodeInto(text, characters);
  // Anything else takes more bytes than one, or does not fit any more.
  return read === text.length && written === text.length;
}

/** The bytes that characters encode, until the next part is decoded; undefined where they do not. */
function decodePart(start: number, end: number): Uint8Array | undefined {
  const length = decodeBase64Url(characters, start, end, decoded);
  return length === undefined ? undefined : decoded.subarray(0, length);
}
