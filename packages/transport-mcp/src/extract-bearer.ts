import { MAX_TOKEN_LENGTH } from "@caracalai/identity";

/** The values of a request's `Authorization` header: one, none, or every one that was sent. */
export type AuthorizationHeader = string | readonly string[] | null | undefined;

/** What an `Authorization` header holds. */
export type Credentials =
  | { readonly kind: "token"; readonly token: string }
  /** No bearer credentials at all. */
  | { readonly kind: "missing" }
  /** Bearer credentials, but not one token in the form of RFC 6750. */
  | { readonly kind: "malformed" };

/** One space is usual, more are allowed (RFC 9110 section 11.4), and nobody sends as many as this. */
const MAX_SEPARATOR_LENGTH = 64;
const MAX_USUAL_LENGTH = "Bearer ".length + MAX_TOKEN_LENGTH;

/**
 * What nearly every header is, told in one look: one space, and then visible US-ASCII but no comma. All
 * else is told more slowly below, which would say the same of these.
 */
const USUAL = /^Bearer [!-+\--~]+$/;

const MISSING: Credentials = { kind: "missing" };
const MALFORMED: Credentials = { kind: "malformed" };

/**
 * Takes the token out of an `Authorization` header: `Bearer`, in any letter case, spaces, one token
 * (RFC 6750 section 2.1, RFC 9110 section 11.4).
 *
 * @returns the token, not judged in any way; null where the header holds no bearer token, or anything
 *   beside it
 */
export function extractBearer(header: string | undefined): string | null {
  const credentials = readCredentials(header);
  return credentials.kind === "token" ? credentials.token : null;
}

/** Step 1, bearer: tells the absence of bearer credentials from malformed ones. */
export function readCredentials(header: AuthorizationHeader): Credentials {
  const values: readonly unknown[] = Array.isArray(header) ? header : [header];
  const [value] = values;
  if (typeof value !== "string") return MISSING;
  // Which of two would the next server on the way have taken? None is the only safe answer.
  if (values.length > 1) return MALFORMED;
  if (value.length <= MAX_USUAL_LENGTH && USUAL.test(value)) {
    return { kind: "token", token: value.slice("Bearer ".length) };
  }
  if (!/^bearer(?![\w-])/i.test(value)) return MISSING;

  const rest = value.slice("bearer".length);
  // What is too long for a token is refused as such, without being read.
  if (rest.length > MAX_TOKEN_LENGTH + MAX_SEPARATOR_LENGTH) {
    return { kind: "token", token: rest.slice(1) };
  }
  if (rest.trim() === "") return MISSING;
  const token = rest.trimStart();
  const separator = rest.slice(0, rest.length - token.length);
  if (!/^ +$/.test(separator)) return MALFORMED;
  return /[\s,\p{Cc}]/u.test(token) ? MALFORMED : { kind: "token", token };
}
