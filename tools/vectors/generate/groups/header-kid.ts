import { accept, refuse, type VectorCase } from "../case.js";
import { KEYS } from "../keys.js";
import { USER, ZONE } from "../mandates.js";
import { KINDS } from "./kinds.js";

const CONTROLS: readonly (readonly [slug: string, character: string])[] = [
  ["nul", "\u0000"],
  ["tab", "\t"],
  ["line-feed", "\n"],
  ["carriage-return", "\r"],
  ["escape", "\u001b"],
  ["unit-separator", "\u001f"],
  ["delete", "\u007f"],
  ["c1-first", "\u0080"],
  ["next-line", "\u0085"],
  ["c1-last", "\u009f"],
];

/** Key ids that are in the right form and in no key set. */
const UNKNOWN: readonly string[] = [
  "other",
  "../../etc/passwd",
  "/dev/null",
  "' OR '1'='1",
  '"; DROP TABLE keys; --',
  "$(id)",
  "%00",
  "zone-1-key ",
  " zone-1-key",
  "ZONE-1-KEY",
  "zone-1-ke",
  "zone-1-keyy",
  "__proto__",
  "constructor",
  "toString",
  "https://attacker.example.com/key",
  "zone-2-key",
  "\u200bzone-1-key",
  "0",
];

/** Key ids that are unusual and right. */
const UNUSUAL: readonly (readonly [slug: string, kid: string])[] = [
  ["one-character", "k"],
  ["256-characters", "k".repeat(256)],
  ["256-emoji", "\u{1f511}".repeat(256)],
  ["spaces", "  a key  "],
  ["no-break-space", "a\u00a0key"],
  ["line-separator", "a\u2028key"],
  ["unicode", "ключ-キー-🔑"],
  ["quotes", "\"'\\"],
  ["path", "../../key"],
  ["proto", "__proto__"],
  ["constructor", "constructor"],
  ["dots", "..."],
];

/** zone-1 with its key under another key id. */
const withKid = (kid: unknown) => ({
  [ZONE]: { document: { keys: [{ ...KEYS.zone1.jwk, kid }] } },
});

export function kidCases(): VectorCase[] {
  const refused = (id: string, kid: unknown, comment = `kid is ${JSON.stringify(kid)}`) =>
    refuse(`header-kid-${id}`, comment, "invalid_token/kid", USER, { header: { kid } });
  return [
    refuse("header-kid-missing", "no kid", "invalid_token/kid", USER, {
      header: { kid: undefined },
    }),
    ...KINDS.filter(([slug]) => slug !== "text").map(([slug, value]) =>
      refused(`is-${slug}`, value),
    ),
    ...CONTROLS.flatMap(([slug, character]) => [
      refused(`${slug}-alone`, character),
      refused(`${slug}-inside`, `zone-1${character}key`),
      refused(`${slug}-at-end`, `zone-1-key${character}`),
    ]),
    refused("257-characters", "k".repeat(257), "kid of 257 characters"),
    refused("257-emoji", "\u{1f511}".repeat(257), "kid of 257 characters beyond U+FFFF"),
    refused("4096-characters", "k".repeat(4_096), "kid of 4,096 characters"),
    refused("list-with-kid", ["zone-1-key"]),
    refused("object-with-kid", { kid: "zone-1-key" }),
    ...UNKNOWN.map((kid, index) =>
      refuse(
        `header-kid-unknown-${index + 1}`,
        `kid ${JSON.stringify(kid)} is in no key set`,
        "invalid_token/key",
        USER,
        { header: { kid } },
      ),
    ),
    ...UNUSUAL.map(([slug, kid]) =>
      accept(
        `header-kid-${slug}`,
        `kid ${JSON.stringify(kid.slice(0, 20))} is in the key set`,
        USER,
        {
          header: { kid },
          keySets: withKid(kid),
        },
      ),
    ),
  ];
}
