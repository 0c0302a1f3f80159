import type { Members } from "./json-text.js";
import { AUDIENCE, ISSUER, NOW, ZONE } from "./mandates.js";
import { principalOf } from "./principal.js";
import { type TokenSpec, tokenOf } from "./token.js";

/** A text as it stands in a file: long repetitions are counted, not written. */
export type Text = string | { readonly parts: readonly (string | Repeat)[] };

interface Repeat {
  readonly repeat: string;
  readonly times: number;
}

/** What a zone serves: a key set of keys.json by its name, a document, or a body that is none. */
export type ServedKeySet = string | { readonly document: unknown } | { readonly body: string };

/** One case as it is written to a file. The README of the vectors describes the members. */
export interface VectorCase {
  readonly id: string;
  readonly comment: string;
  readonly config: Members;
  readonly keySets: Readonly<Record<string, ServedKeySet>>;
  readonly revoked?: readonly string[];
  readonly epochs?: Readonly<Record<string, number>>;
  readonly now: number;
  readonly token?: Text;
  readonly authorization?: Text | readonly Text[] | null;
  readonly io?: "none";
  readonly expected: Members & { readonly outcome: string };
}

export type Group =
  | "header"
  | "encoding"
  | "signature"
  | "claims"
  | "authority"
  | "bearer"
  | "zone"
  | "chain"
  | "revocation";

/** What differs from the usual case: a user's mandate, signed by zone-1, that is accepted. */
export interface Situation extends Partial<TokenSpec> {
  /** Instead of a token that is made of header, payload and key. */
  readonly token?: string;
  readonly authorization?: string | readonly string[] | null;
  readonly config?: Members;
  readonly keySets?: Readonly<Record<string, ServedKeySet>>;
  readonly revoked?: readonly string[];
  readonly epochs?: Readonly<Record<string, number>>;
  readonly now?: number;
  readonly io?: "none";
}

/** Checks that are always made before anything is fetched. */
const LOCAL_CHECKS = ["bearer", "size", "encoding", "header", "algorithm", "kid"];

/** A case that is accepted; `claims` are those that the token says, for the principal. */
export function accept(
  id: string,
  comment: string,
  claims: Members,
  situation: Situation = {},
): VectorCase {
  const principal = principalOf(claims);
  return build(id, comment, { payload: claims, ...situation }, { outcome: "ok", principal });
}

/** A case that is refused; `verdict` is code and check, as in `invalid_token/kid`. */
export function refuse(
  id: string,
  comment: string,
  verdict: string,
  claims: Members,
  situation: Situation = {},
): VectorCase {
  const [outcome = "", check = ""] = verdict.split("/");
  const io = LOCAL_CHECKS.includes(check) ? { io: "none" as const } : {};
  return build(id, comment, { payload: claims, ...io, ...situation }, { outcome, check });
}

function build(
  id: string,
  comment: string,
  situation: Situation & Pick<TokenSpec, "payload">,
  expected: Members & { readonly outcome: string },
): VectorCase {
  const { config, keySets, revoked, epochs, now = NOW, io, authorization, token } = situation;
  const credentials =
    authorization === undefined
      ? { token: shorten(token ?? tokenOf(situation)) }
      : { authorization: shortenAll(authorization) };
  return {
    id,
    comment,
    config: { issuer: ISSUER, audience: AUDIENCE, zoneId: ZONE, ...config },
    keySets: keySets ?? { [ZONE]: ZONE },
    ...(revoked && { revoked }),
    ...(epochs && { epochs }),
    now,
    ...credentials,
    ...(io && { io }),
    expected,
  };
}

function shortenAll(value: string | readonly string[] | null): Text | readonly Text[] | null {
  if (value === null) return null;
  return typeof value === "string" ? shorten(value) : value.map(shorten);
}

/** Long repetitions as a count, so that a file stays readable. */
function shorten(text: string): Text {
  const parts: (string | Repeat)[] = [];
  let rest = 0;
  for (const { index, 0: run, 1: repeat = "" } of text.matchAll(/(.{1,4}?)\1{99,}/gs)) {
    if (index > rest) parts.push(text.slice(rest, index));
    parts.push({ repeat, times: run.length / repeat.length });
    rest = index + run.length;
  }
  if (parts.length === 0) return text;
  return { parts: rest < text.length ? [...parts, text.slice(rest)] : parts };
}
