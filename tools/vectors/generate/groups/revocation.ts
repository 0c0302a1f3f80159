import { accept, refuse, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { delegated, NOW, USER } from "../mandates.js";
import { anchorCases } from "./revocation-anchors.js";
import { epochCases } from "./revocation-epochs.js";

const DELEGATED = delegated(1);

/** What is refused before the store is asked stays refused for that reason. */
const EARLIER: readonly (readonly [
  slug: string,
  claims: Members,
  verdict: string,
  config?: Members,
])[] = [
  ["signature", USER, "invalid_token/signature"],
  ["expired", { ...USER, exp: NOW }, "invalid_token/expiry"],
  ["audience", { ...USER, aud: ["x"] }, "invalid_token/audience"],
  ["zone", { ...USER, zone_id: "zone-2" }, "invalid_zone/zone"],
  ["scope", USER, "insufficient_scope/scope", { requiredScopes: ["admin"] }],
  ["target", USER, "invalid_token/target", { requiredTargets: ["x"] }],
  ["agent", USER, "agent_required/agent", { requireAgent: true }],
  ["delegation", USER, "delegation_required/delegation", { requireDelegation: true }],
  ["chain", USER, "chain_mismatch/chain", { requireChainContains: ["x"] }],
  ["hops", { ...USER, hop_count: 11 }, "hop_count_exceeded/hops"],
];

const UNUSUAL = [
  "__proto__",
  "constructor",
  "\u{1f600}",
  " ",
  "a:b",
  "x".repeat(500),
  "\u00e9",
  "e\u0301",
];

export function revocationCases(): VectorCase[] {
  return [
    ...anchorCases(),
    ...epochCases(),
    accept("revocation-epoch-other-zone", "another zone's epoch", DELEGATED, {
      epochs: { "zone-2": 99, "ZONE-1": 99 },
    }),
    refuse(
      "revocation-before-epoch",
      "revoked and stale: revoked",
      "session_revoked/revocation",
      DELEGATED,
      {
        revoked: ["edge-1"],
        epochs: { "zone-1": 8 },
      },
    ),
    ...EARLIER.map(([slug, claims, verdict, config]) =>
      refuse(`revocation-after-${slug}`, `revoked, and refused before: ${slug}`, verdict, claims, {
        revoked: ["sid-1", "root-1"],
        epochs: { "zone-1": 99 },
        ...(config && { config }),
        ...(slug === "signature" && { key: "attacker" as const }),
      }),
    ),
    ...UNUSUAL.flatMap((sid, index) => [
      refuse(
        `revocation-unusual-${index + 1}`,
        "an unusual id is revoked",
        "session_revoked/revocation",
        { ...USER, sid },
        {
          revoked: [sid],
        },
      ),
      accept(
        `revocation-unusual-${index + 1}-other`,
        "other unusual ids are revoked",
        { ...USER, sid },
        {
          revoked: UNUSUAL.filter((other) => other !== sid),
        },
      ),
    ]),
    accept(
      "revocation-path-edge-no-anchor",
      "an edge further up the path is no anchor",
      delegated(2),
      { revoked: ["edge-1"] },
    ),
    accept(
      "revocation-chain-session-no-anchor",
      "a session further up the chain is no anchor",
      delegated(2),
      {
        revoked: ["agent-2", "agent-3", "app-2"],
      },
    ),
  ];
}
