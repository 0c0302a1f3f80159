import { FULL, USER } from "../mandates.js";
import { partsOf, tokenOf } from "../token.js";

export const TOKEN = tokenOf({ payload: USER });
export const FULL_TOKEN = tokenOf({ payload: FULL });
const [HEADER, PAYLOAD] = partsOf(TOKEN);

type Header = string | readonly string[] | null;

/** Headers that hold no bearer credentials. */
export const MISSING: readonly (readonly [slug: string, header: Header])[] = [
  ["no-header", null],
  ["no-values", []],
  ["empty", ""],
  ["list-of-empty", [""]],
  ["space", " "],
  ["token-alone", TOKEN],
  ["basic", "Basic dXNlcjpwYXNzd29yZA=="],
  ["basic-with-token", `Basic ${TOKEN}`],
  ["digest", 'Digest username="user", response="x"'],
  ["negotiate", "Negotiate YII="],
  ["dpop", `DPoP ${TOKEN}`],
  ["token-scheme", `Token ${TOKEN}`],
  ["jwt-scheme", `JWT ${TOKEN}`],
  ["mac", `MAC id="x"`],
  ["scheme-alone", "Bearer"],
  ["scheme-and-space", "Bearer "],
  ["scheme-and-spaces", "Bearer    "],
  ["scheme-lower-case-alone", "bearer"],
  ["no-separator", `Bearer${TOKEN}`],
  ["longer-scheme", `BearerToken ${TOKEN}`],
  ["scheme-with-hyphen", `Bearer-Token ${TOKEN}`],
  ["shorter-scheme", `Beare ${TOKEN}`],
  ["prefixed-scheme", `XBearer ${TOKEN}`],
  ["quoted-scheme", `"Bearer" ${TOKEN}`],
  ["other-first", `Basic x, Bearer ${TOKEN}`],
  ["full-width-scheme", `\uff22earer ${TOKEN}`],
  ["cyrillic-scheme", `B\u0435arer ${TOKEN}`],
  ["query", `access_token=${TOKEN}`],
  ["list-of-basic", ["Basic dXNlcjpwYXNzd29yZA=="]],
];

/** Bearer credentials that are not one token. */
export const MALFORMED: readonly (readonly [slug: string, header: Header])[] = [
  ["tab", `Bearer\t${TOKEN}`],
  ["space-and-tab", `Bearer \t${TOKEN}`],
  ["no-break-space", `Bearer\u00a0${TOKEN}`],
  ["em-space", `Bearer\u2003${TOKEN}`],
  ["ideographic-space", `Bearer\u3000${TOKEN}`],
  ["line-feed", `Bearer\n${TOKEN}`],
  ["carriage-return-line-feed", `Bearer\r\n ${TOKEN}`],
  ["colon", `Bearer: ${TOKEN}`],
  ["equals", `Bearer=${TOKEN}`],
  ["comma", `Bearer,${TOKEN}`],
  ["two-tokens", `Bearer ${TOKEN} ${TOKEN}`],
  ["two-tokens-comma", `Bearer ${TOKEN},${TOKEN}`],
  ["two-tokens-comma-space", `Bearer ${TOKEN}, ${TOKEN}`],
  ["two-credentials", `Bearer ${TOKEN}, Bearer ${TOKEN}`],
  ["scheme-twice", `Bearer Bearer ${TOKEN}`],
  ["basic-second", `Bearer ${TOKEN}, Basic x`],
  ["trailing-space", `Bearer ${TOKEN} `],
  ["trailing-tab", `Bearer ${TOKEN}\t`],
  ["trailing-line-feed", `Bearer ${TOKEN}\n`],
  ["trailing-nul", `Bearer ${TOKEN}\u0000`],
  ["trailing-comma", `Bearer ${TOKEN},`],
  ["trailing-word", `Bearer ${TOKEN} x`],
  ["trailing-parameter", `Bearer ${TOKEN}, realm="x"`],
  ["inner-space", `Bearer ${HEADER}. ${PAYLOAD}`],
  ["inner-no-break-space", `Bearer ${HEADER}\u00a0.${PAYLOAD}`],
  ["header-injection", `Bearer ${TOKEN}\r\nX-Admin: true`],
  ["two-headers", [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]],
  ["two-headers-other-token", [`Bearer ${TOKEN}`, `Bearer ${FULL_TOKEN}`]],
  ["two-headers-basic-first", ["Basic x", `Bearer ${TOKEN}`]],
  ["two-headers-basic-second", [`Bearer ${TOKEN}`, "Basic x"]],
  ["two-headers-empty-second", [`Bearer ${TOKEN}`, ""]],
  ["three-headers", [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`, `Bearer ${TOKEN}`]],
];
