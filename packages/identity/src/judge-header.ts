import { bytesOfBase64Url } from "./base64url.js";
import { decodeUtf8 } from "./decode-utf8.js";
import { type JsonObject, parseJsonObject } from "./json-object.js";
import { isKeyId } from "./key-id.js";
import type { MandateError } from "./mandate-error.js";
import { refuseToken } from "./refusals.js";

/** Members that change what is signed or how it is read, none of which a mandate has. */
const UNSUPPORTED_MEMBERS = ["crit", "b64", "zip", "cty"];

/**
 * The key id of an acceptable JOSE header (RFC 7515 section 4.1, RFC 8725 section 3).
 *
 * @param encoded - in base64url
 * @returns the key id, or `invalid_token` with check `encoding`, `header`, `algorithm` or `kid`
 */
export function judgeHeader(encoded: string): string | MandateError {
  const bytes = bytesOfBase64Url(encoded);
  if (bytes === undefined) return refuseToken("encoding");
  const text = decodeUtf8(bytes);
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
