import { accept, refuse, type VectorCase } from "../case.js";
import { AUDIENCE, ISSUER, USER } from "../mandates.js";
import { audienceCases } from "./audiences.js";

const OTHER_ISSUERS: readonly string[] = [
  `${ISSUER}/`,
  `${ISSUER}:443`,
  `${ISSUER}/zone-1`,
  `${ISSUER}.attacker.example`,
  `${ISSUER}?`,
  `${ISSUER}#`,
  `${ISSUER} `,
  ` ${ISSUER}`,
  `${ISSUER}\n`,
  ISSUER.slice(0, -1),
  ISSUER.slice(1),
  ISSUER.toUpperCase(),
  ISSUER.replace("sts", "STS"),
  ISSUER.replace("https", "http"),
  ISSUER.replace("https", "HTTPS"),
  ISSUER.replace("https://", "https://user@"),
  ISSUER.replace("sts", "st\u0455"),
  AUDIENCE,
  "https://attacker.example",
  "sts.example",
];

const OTHER_USES = [
  "session",
  "gateway",
  "Resource",
  "RESOURCE",
  "resource ",
  "",
  "resources",
  "*",
];

/** Configurations in which exactly what is configured is accepted. */
const CONFIGURED: readonly (readonly [slug: string, issuer: string, audience: string])[] = [
  ["trailing-slashes", `${ISSUER}/`, `${AUDIENCE}/`],
  ["ports", `${ISSUER}:443`, `${AUDIENCE}:443`],
  ["paths", `${ISSUER}/tenants/a`, `${AUDIENCE}/mcp`],
  ["capitals", "https://STS.example", "https://MCP.example"],
  ["loopback", "http://localhost:8080", "http://127.0.0.1:9000/mcp"],
  ["urn", ISSUER, "urn:caracal:resource:notes"],
  ["word", ISSUER, "notes"],
  ["unicode", ISSUER, "https://b\u00fccher.example/\u65e5\u672c"],
];

export function claimValueCases(): VectorCase[] {
  return [
    ...audienceCases(),
    ...OTHER_ISSUERS.map((iss, index) =>
      refuse(
        `claims-iss-other-${index + 1}`,
        `iss is ${JSON.stringify(iss)}`,
        "invalid_token/issuer",
        {
          ...USER,
          iss,
        },
      ),
    ),
    ...OTHER_USES.map((use, index) =>
      refuse(
        `claims-use-other-${index + 1}`,
        `use is ${JSON.stringify(use)}`,
        "invalid_token/use",
        {
          ...USER,
          use,
        },
      ),
    ),
    ...CONFIGURED.flatMap(([slug, issuer, audience]) => [
      accept(
        `claims-configured-${slug}`,
        "issuer and audience exactly as configured",
        { ...USER, iss: issuer, aud: [audience] },
        { config: { issuer, audience } },
      ),
      ...(issuer === ISSUER
        ? []
        : [
            refuse(
              `claims-configured-${slug}-usual-issuer`,
              "the usual issuer is another one",
              "invalid_token/issuer",
              { ...USER, aud: [audience] },
              { config: { issuer, audience } },
            ),
          ]),
      refuse(
        `claims-configured-${slug}-usual-audience`,
        "the usual audience is another one",
        "invalid_token/audience",
        { ...USER, iss: issuer },
        { config: { issuer, audience } },
      ),
    ]),
  ];
}
