import { accept, refuse, type VectorCase } from "../case.js";
import { KEYS } from "../keys.js";
import { USER } from "../mandates.js";
import { encode, partsOf, tokenOf } from "../token.js";
import { refused } from "./encoding-parts.js";

const GOOD = tokenOf({ payload: USER });
const [HEADER, PAYLOAD, SIGNATURE] = partsOf(GOOD);
const MAX = 16_384;

/** A token of exactly so many characters, filled up by a claim that means nothing. */
function ofLength(length: number): string {
  // base64url skips every fourth length: a longer header makes up for it.
  for (const header of [{}, { fill: "a" }, { fill: "aa" }]) {
    const spec = (fill: number) => ({ header, payload: { ...USER, fill: "a".repeat(fill) } });
    const overhead = tokenOf(spec(0)).length;
    const guess = Math.floor(((length - overhead) * 3) / 4);
    for (const fill of [guess - 1, guess, guess + 1]) {
      const token = tokenOf(spec(fill));
      if (token.length === length) return token;
    }
  }
  throw new Error(`No token of ${length} characters`);
}

/** Anything that is not three parts. */
const SHAPES: readonly (readonly [slug: string, comment: string, token: string])[] = [
  ["one-part", "one part", HEADER],
  ["two-parts", "two parts", `${HEADER}.${PAYLOAD}`],
  ["four-parts", "four parts", `${GOOD}.${SIGNATURE}`],
  ["five-parts", "five parts, as of a JWE", `${HEADER}.${PAYLOAD}.${SIGNATURE}.AAAA.AAAA`],
  ["trailing-dot", "a dot after the signature", `${GOOD}.`],
  ["leading-dot", "a dot before the header", `.${GOOD}`],
  ["two-dots", "a dot, one more", GOOD.replace(".", "..")],
  ["dot-only", "one dot", "."],
  ["dots-only", "two dots", ".."],
  ["10000-dots", "10,000 dots", ".".repeat(10_000)],
  ["header-only", "header and dots", `${HEADER}..`.replace("..", ".")],
  [
    "json-flattened",
    "flattened JSON serialisation",
    JSON.stringify({ payload: PAYLOAD, protected: HEADER, signature: SIGNATURE }),
  ],
  [
    "json-general",
    "general JSON serialisation",
    JSON.stringify({ payload: PAYLOAD, signatures: [{ protected: HEADER, signature: SIGNATURE }] }),
  ],
  ["uuid", "a UUID", "01900000-0000-7000-8000-000000000001"],
  ["word", "a word", "token"],
  ["decoded", "header and payload as JSON", `{"alg":"ES256"}.{"sub":"user-1"}.${SIGNATURE}`],
  ["quoted", "in quotes", `"${GOOD}"`],
  ["percent-encoded-dots", "dots percent-encoded", GOOD.replaceAll(".", "%2E")],
  ["bearer-twice", "the word Bearer in the token", `Bearer ${GOOD}`],
  ["two-tokens", "two tokens, a space between", `${GOOD} ${GOOD}`],
  ["two-tokens-comma", "two tokens, a comma between", `${GOOD},${GOOD}`],
  [
    "standard-base64",
    "everything in base64 with padding",
    `${Buffer.from(HEADER, "base64url").toString("base64")}=.${PAYLOAD}.${SIGNATURE}`,
  ],
];

const DEFLATED_HEADER = encode({ alg: "ES256", kid: KEYS.zone1.kid, zip: "DEF" });

/** The size is looked at first: what is too long is not read. */
const LONG: readonly (readonly [slug: string, comment: string, token: string])[] = [
  ["genuine", "a genuine token, one character too long", ofLength(MAX + 1)],
  ["letters", "16,385 letters", "A".repeat(MAX + 1)],
  ["dots", "16,385 dots", ".".repeat(MAX + 1)],
  ["64-kib", "64 KiB", "A".repeat(65_536)],
  ["1-mib", "1 MiB", "A".repeat(1_048_576)],
  ["million-dots", "a million dots", ".".repeat(1_000_000)],
  ["long-payload", "a long payload", `${HEADER}.${"A".repeat(32_768)}.${SIGNATURE}`],
  ["long-signature", "a long signature", `${HEADER}.${PAYLOAD}.${"A".repeat(32_768)}`],
  [
    "long-header",
    "a long header",
    `${DEFLATED_HEADER}${"A".repeat(32_768)}.${PAYLOAD}.${SIGNATURE}`,
  ],
  [
    "nested-100000",
    "a header nested 100,000 deep",
    `${"W1tb".repeat(33_334)}.${PAYLOAD}.${SIGNATURE}`,
  ],
];

export function shapeCases(): VectorCase[] {
  return [
    ...SHAPES.map(([slug, comment, token]) => refused(`shape-${slug}`, comment, token)),
    ...LONG.map(([slug, comment, token]) =>
      refuse(`encoding-size-${slug}`, comment, "invalid_token/size", {}, { token }),
    ),
    ...[MAX - 2, MAX - 1, MAX].map((length) =>
      accept(`encoding-size-${length}`, `a token of ${length} characters`, USER, {
        token: ofLength(length),
      }),
    ),
    refuse(
      "encoding-shape-empty",
      "an empty token is none",
      "missing_token/bearer",
      {},
      { token: "" },
    ),
  ];
}
