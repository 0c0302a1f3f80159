import { accept, refuse, type VectorCase } from "../case.js";
import { AUDIENCE, ISSUER, OTHER_AUDIENCE, USER } from "../mandates.js";

const list = (length: number, ...last: readonly string[]): string[] => [
  ...Array.from({ length: length - last.length }, (_, index) => `https://r${index}.example`),
  ...last,
];

/** Audiences that are not ours: the comparison is exact. */
const OTHER_AUDIENCES: readonly unknown[] = [
  [],
  [""],
  OTHER_AUDIENCE,
  [OTHER_AUDIENCE],
  ISSUER,
  AUDIENCE.slice(0, -1),
  AUDIENCE.slice(1),
  `${AUDIENCE}/`,
  `${AUDIENCE}/mcp`,
  `${AUDIENCE}:443`,
  `${AUDIENCE}.attacker.example`,
  `${AUDIENCE}#`,
  `${AUDIENCE}?`,
  `${AUDIENCE} `,
  ` ${AUDIENCE}`,
  `${AUDIENCE}\n`,
  `${AUDIENCE}\u0000`,
  AUDIENCE.toUpperCase(),
  AUDIENCE.replace("mcp", "MCP"),
  AUDIENCE.replace("https", "http"),
  AUDIENCE.replace("https", "HTTPS"),
  AUDIENCE.replace("https://", ""),
  AUDIENCE.replace("mcp", "%6Dcp"),
  AUDIENCE.replace("c", "\u0441"),
  AUDIENCE.replace("mcp", "mcp\u00ad"),
  `${AUDIENCE} ${OTHER_AUDIENCE}`,
  `${AUDIENCE},${OTHER_AUDIENCE}`,
  [`${AUDIENCE} ${OTHER_AUDIENCE}`],
  [`${AUDIENCE}/`, AUDIENCE.toUpperCase()],
  list(64),
  "*",
  ["*"],
  "https://*.example",
];

const OUR_AUDIENCES: readonly (readonly [slug: string, aud: unknown])[] = [
  ["text", AUDIENCE],
  ["list-of-one", [AUDIENCE]],
  ["first-of-two", [AUDIENCE, OTHER_AUDIENCE]],
  ["last-of-two", [OTHER_AUDIENCE, AUDIENCE]],
  ["twice", [AUDIENCE, AUDIENCE]],
  ["beside-empty", ["", AUDIENCE]],
  ["last-of-64", list(64, AUDIENCE)],
  ["beside-issuer", [ISSUER, AUDIENCE]],
];

export function audienceCases(): VectorCase[] {
  return [
    ...OTHER_AUDIENCES.map((aud, index) =>
      refuse(
        `claims-aud-other-${index + 1}`,
        `aud is ${JSON.stringify(aud).slice(0, 60)}`,
        "invalid_token/audience",
        { ...USER, aud },
      ),
    ),
    ...OUR_AUDIENCES.map(([slug, aud]) =>
      accept(`claims-aud-accepted-${slug}`, "aud names this server", { ...USER, aud }),
    ),
  ];
}
