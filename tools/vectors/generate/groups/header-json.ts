import { accept, refuse, type Situation, type VectorCase } from "../case.js";
import { escaped, prepend, writeJson } from "../json-text.js";
import { KEYS } from "../keys.js";
import { FULL, USER } from "../mandates.js";
import { INVALID_UTF8 } from "./utf8.js";

const HEADER = { alg: "ES256", typ: "JWT", kid: KEYS.zone1.kid };
const JSON_HEADER = writeJson(HEADER);

/** Headers that are no JSON object, or not one that is the same in every language. */
const NOT_OBJECTS: readonly (readonly [slug: string, header: string])[] = [
  ["null", "null"],
  ["true", "true"],
  ["number", "1"],
  ["text", '"ES256"'],
  ["list", `[${JSON_HEADER}]`],
  ["empty-list", "[]"],
  ["empty-object-twice", "{}{}"],
  ["white-space", " "],
  ["not-json", "alg=ES256"],
  ["truncated", JSON_HEADER.slice(0, -1)],
  ["trailing-brace", `${JSON_HEADER}}`],
  ["trailing-comma", JSON_HEADER.replace("}", ",}")],
  ["trailing-text", `${JSON_HEADER}x`],
  ["trailing-nul", `${JSON_HEADER}\u0000`],
  ["single-quotes", JSON_HEADER.replaceAll('"', "'")],
  ["names-without-quotes", '{alg:"ES256",kid:"zone-1-key"}'],
  ["comment", prepend("/**/", HEADER).replace("/**/,", "/**/")],
  ["byte-order-mark", `\ufeff${JSON_HEADER}`],
  ["no-break-space", `\u00a0${JSON_HEADER}`],
  ["line-feed-in-text", JSON_HEADER.replace("JWT", "J\nWT")],
  ["nan", prepend('"a":NaN', HEADER)],
  ["infinity", prepend('"a":-Infinity', HEADER)],
  ["leading-zero", prepend('"a":01', HEADER)],
  ["hexadecimal", prepend('"a":0x1', HEADER)],
  ["lone-high-surrogate", prepend('"a":"\\ud800"', HEADER)],
  ["lone-low-surrogate", prepend('"a":"\\udc00"', HEADER)],
  ["surrogates-in-wrong-order", prepend('"a":"\\udc00\\ud800"', HEADER)],
  ["lone-surrogate-in-name", prepend('"\\ud800":1', HEADER)],
  ["lone-surrogate-in-kid", '{"alg":"ES256","kid":"zone-1-key\\ud800"}'],
  ["65-levels", prepend(`"a":${"[".repeat(64)}${"]".repeat(64)}`, HEADER)],
  ["8000-levels-open", "[".repeat(8_000)],
  ["1500-levels", prepend(`"a":${'{"a":'.repeat(1_500)}1${"}".repeat(1_500)}`, HEADER)],
];

/** Members that stand twice, once with the right value. */
const DUPLICATES: readonly (readonly [slug: string, first: string])[] = [
  ["alg-same", '"alg":"ES256"'],
  ["alg-none", '"alg":"none"'],
  ["alg-escaped", `${escaped("alg")}:"none"`],
  ["kid-same", '"kid":"zone-1-key"'],
  ["kid-other", '"kid":"other"'],
  ["kid-escaped", `${escaped("kid")}:"other"`],
  ["typ-same", '"typ":"JWT"'],
  ["typ-other", '"typ":"JWE"'],
  ["unknown", '"a":1,"a":1'],
  ["crit", '"crit":[],"crit":[]'],
  ["empty-name", '"":1,"":2'],
  ["proto", '"__proto__":1,"__proto__":2'],
  ["nested", '"a":{"b":1,"b":1}'],
  ["nested-in-list", '"a":[{"b":1,"b":1}]'],
];

/** Headers that are written in an unusual way, and right. */
const UNUSUAL: readonly (readonly [slug: string, header: string])[] = [
  ["white-space", `\n{ "alg" :\t"ES256" , "kid":\r\n"${HEADER.kid}" } `],
  ["other-order", `{"kid":"${HEADER.kid}","typ":"JWT","alg":"ES256"}`],
  ["escaped-names", `{${escaped("alg")}:"ES256",${escaped("kid")}:"${HEADER.kid}"}`],
  ["escaped-values", `{"alg":"\\u0045S256","kid":"zone\\u002d1-key","typ":"J\\u0057T"}`],
  ["escaped-slash", prepend('"a":"\\/"', HEADER)],
  ["unknown-text", prepend('"unknown":"x"', HEADER)],
  ["unknown-null", prepend('"unknown":null', HEADER)],
  ["unknown-object", prepend('"unknown":{"alg":"none","kid":"other","crit":[]}', HEADER)],
  ["empty-name", prepend('"":1', HEADER)],
  ["proto", prepend('"__proto__":{"crit":[],"zip":"DEF"}', HEADER)],
  ["constructor", prepend('"constructor":{"prototype":{"crit":[]}}', HEADER)],
  ["same-name-on-two-levels", prepend('"a":{"a":{"a":1}}', HEADER)],
  ["same-name-in-siblings", prepend('"a":[{"b":1},{"b":1}]', HEADER)],
  ["structure-in-text", prepend('"a":"{\\"b\\":1,\\"b\\":2}"', HEADER)],
  ["surrogate-pair", prepend('"a":"\\ud83d\\ude00"', HEADER)],
  ["64-levels", prepend(`"a":${"[".repeat(63)}${"]".repeat(63)}`, HEADER)],
];

export function headerJsonCases(): VectorCase[] {
  const refused = (slug: string, comment: string, rawHeader: string | Uint8Array) =>
    refuse(`header-json-${slug}`, comment, "invalid_token/header", USER, { rawHeader });
  const situations: readonly (readonly [string, Situation])[] = UNUSUAL.map(([slug, rawHeader]) => [
    slug,
    { rawHeader },
  ]);
  return [
    ...NOT_OBJECTS.map(([slug, header]) => refused(slug, `header: ${say(slug)}`, header)),
    ...INVALID_UTF8.map(([slug, bytes]) =>
      refused(
        `utf8-${slug}`,
        `header with invalid UTF-8: ${say(slug)}`,
        Buffer.concat([
          Buffer.from('{"a":"'),
          Buffer.from(bytes),
          Buffer.from(`",${JSON_HEADER.slice(1)}`),
        ]),
      ),
    ),
    ...DUPLICATES.map(([slug, first]) =>
      refused(`twice-${slug}`, `a member stands twice: ${say(slug)}`, prepend(first, HEADER)),
    ),
    ...situations.map(([slug, situation]) =>
      accept(`header-json-accepted-${slug}`, `header: ${say(slug)}`, USER, situation),
    ),
    accept("header-json-accepted-full", "every claim, usual header", FULL),
  ];
}

export function say(slug: string): string {
  return slug.replaceAll("-", " ");
}
