import { accept, refuse, type VectorCase } from "../case.js";
import { FULL, USER } from "../mandates.js";
import { FULL_TOKEN, MALFORMED, MISSING, TOKEN } from "./bearer-headers.js";

/** One token in the right place that is not in the right form. */
const NO_MANDATE: readonly (readonly [slug: string, token: string, check: string])[] = [
  ["word", "token", "encoding"],
  ["uuid", "01900000-0000-7000-8000-000000000001", "encoding"],
  ["quoted", `"${TOKEN}"`, "encoding"],
  ["equals", `token=${TOKEN}`, "encoding"],
  ["angle-brackets", `<${TOKEN}>`, "encoding"],
  ["percent-20", `%20${TOKEN}`, "encoding"],
  ["semicolon", `${TOKEN};`, "encoding"],
  ["null", "null", "encoding"],
  ["undefined", "undefined", "encoding"],
  ["e-acute", `${TOKEN}\u00e9`, "encoding"],
  ["padding", `${TOKEN}==`, "encoding"],
  ["64-kib", "A".repeat(65_536), "size"],
  ["1-mib", "A".repeat(1_048_576), "size"],
];

const SCHEMES = [
  "Bearer ",
  "bearer ",
  "BEARER ",
  "bEARER ",
  "BeArEr ",
  "Bearer  ",
  "Bearer       ",
];

export function bearerCases(): VectorCase[] {
  return [
    ...MISSING.map(([slug, authorization]) =>
      refuse(
        `bearer-missing-${slug}`,
        "no bearer credentials",
        "missing_token/bearer",
        {},
        {
          authorization,
        },
      ),
    ),
    ...MALFORMED.map(([slug, authorization]) =>
      refuse(
        `bearer-malformed-${slug}`,
        "bearer credentials, but not one token",
        "invalid_token/bearer",
        {},
        {
          authorization,
        },
      ),
    ),
    ...NO_MANDATE.map(([slug, token, check]) =>
      refuse(
        `bearer-token-${slug}`,
        "one token that is no mandate",
        `invalid_token/${check}`,
        {},
        {
          authorization: `Bearer ${token}`,
        },
      ),
    ),
    ...SCHEMES.flatMap((scheme, index) => [
      accept(`bearer-accepted-${index + 1}`, `the scheme ${JSON.stringify(scheme)}`, USER, {
        authorization: `${scheme}${TOKEN}`,
      }),
      accept(
        `bearer-accepted-list-${index + 1}`,
        `${JSON.stringify(scheme)} in a list of one`,
        FULL,
        {
          authorization: [`${scheme}${FULL_TOKEN}`],
        },
      ),
    ]),
    refuse(
      "bearer-then-judged",
      "after the header the token is judged",
      "insufficient_scope/scope",
      USER,
      {
        authorization: `Bearer ${TOKEN}`,
        config: { requiredScopes: ["admin"] },
      },
    ),
  ];
}
