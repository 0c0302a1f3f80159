import { accept, refuse, type VectorCase } from "../case.js";
import type { Members } from "../json-text.js";
import { AGENT, APPLICATION, delegated, USER, without } from "../mandates.js";
import { say } from "./header-json.js";

const ENTRIES = [
  { application_id: "app-2", agent_session_id: "agent-2", delegation_edge_id: "edge-1" },
  { application_id: "app-3", agent_session_id: "agent-3", delegation_edge_id: "edge-2" },
] as const;
const RECEIVER = { application_id: "app-1", agent_session_id: "agent-1" } as const;
const [FIRST, SECOND] = ENTRIES;
const TWICE = delegated(2);

/** A mandate that was delegated twice, with a change that breaks what the STS emits. */
const BROKEN: readonly (readonly [slug: string, change: Members])[] = [
  ["hop-count-understated", { hop_count: 1 }],
  ["hop-count-overstated", { hop_count: 3 }],
  ["hop-count-missing", { hop_count: undefined }],
  ["hop-count-zero", { hop_count: 0 }],
  ["path-missing", { delegation_path: undefined }],
  ["path-empty", { delegation_path: [] }],
  ["path-short", { delegation_path: ["edge-2"] }],
  ["path-long", { delegation_path: ["edge-0", "edge-1", "edge-2"] }],
  ["path-reversed", { delegation_path: ["edge-2", "edge-1"] }],
  ["path-other-root", { delegation_path: ["edge-9", "edge-2"] }],
  ["path-other-end", { delegation_path: ["edge-1", "edge-9"] }],
  ["edge-missing", { delegation_edge_id: undefined }],
  ["edge-other", { delegation_edge_id: "edge-9" }],
  ["edge-is-first", { delegation_edge_id: "edge-1" }],
  ["edge-other-case", { delegation_edge_id: "EDGE-2" }],
  ["chain-missing", { delegation_chain: undefined }],
  ["chain-empty", { delegation_chain: [] }],
  ["chain-without-receiver", { delegation_chain: ENTRIES }],
  ["chain-receiver-only", { delegation_chain: [RECEIVER] }],
  ["chain-first-missing", { delegation_chain: [SECOND, RECEIVER] }],
  ["chain-second-missing", { delegation_chain: [FIRST, RECEIVER] }],
  ["chain-too-long", { delegation_chain: [FIRST, SECOND, SECOND, RECEIVER] }],
  ["chain-swapped", { delegation_chain: [SECOND, FIRST, RECEIVER] }],
  ["chain-receiver-first", { delegation_chain: [RECEIVER, FIRST, SECOND] }],
  [
    "chain-edge-missing",
    { delegation_chain: [without(FIRST, "delegation_edge_id"), SECOND, RECEIVER] },
  ],
  [
    "chain-edge-other",
    { delegation_chain: [FIRST, { ...SECOND, delegation_edge_id: "edge-9" }, RECEIVER] },
  ],
  [
    "chain-receiver-other-application",
    { delegation_chain: [...ENTRIES, { ...RECEIVER, application_id: "app-9" }] },
  ],
  [
    "chain-receiver-other-session",
    { delegation_chain: [...ENTRIES, { ...RECEIVER, agent_session_id: "agent-9" }] },
  ],
  ["chain-receiver-no-session", { delegation_chain: [...ENTRIES, { application_id: "app-1" }] }],
  [
    "chain-receiver-with-edge",
    { delegation_chain: [...ENTRIES, { ...RECEIVER, delegation_edge_id: "edge-2" }] },
  ],
  ["client-other", { client_id: "app-9" }],
  ["agent-other", { agent_session_id: "agent-9" }],
  ["agent-missing", { agent_session_id: undefined }],
];

/** An edge that stands twice, otherwise consistent. */
const REPEATED: Members = {
  ...TWICE,
  delegation_path: ["edge-2", "edge-2"],
  delegation_chain: [{ ...FIRST, delegation_edge_id: "edge-2" }, SECOND, RECEIVER],
};

/** Mandates without delegation that say half of one. */
const HALF: readonly (readonly [slug: string, claims: Members])[] = [
  ["edge-only", { ...AGENT, delegation_edge_id: "edge-1" }],
  ["path-only", { ...AGENT, delegation_path: ["edge-1"] }],
  ["hop-count-only", { ...AGENT, hop_count: 1 }],
  ["chain-only", { ...AGENT, delegation_chain: [FIRST, RECEIVER] }],
  ["chain-of-another", { ...AGENT, delegation_chain: [{ application_id: "app-9" }] }],
];

const CONSISTENT: readonly (readonly [slug: string, claims: Members])[] = [
  ["user", USER],
  ["application", APPLICATION],
  ["agent", AGENT],
  ["once", delegated(1)],
  ["twice", TWICE],
  ["ten-times", delegated(10)],
  ["hop-count-zero", { ...AGENT, hop_count: 0 }],
  ["path-empty", { ...AGENT, delegation_path: [] }],
  ["chain-empty", { ...AGENT, delegation_chain: [] }],
  ["receiver-alone", { ...AGENT, delegation_chain: [RECEIVER] }],
  [
    "application-receiver-alone",
    { ...APPLICATION, delegation_chain: [{ application_id: "app-1" }] },
  ],
  [
    "no-agent",
    {
      ...without(TWICE, "agent_session_id"),
      delegation_chain: [...ENTRIES, { application_id: "app-1" }],
    },
  ],
  [
    "issuer-without-session",
    {
      ...TWICE,
      delegation_chain: [without(FIRST, "agent_session_id"), SECOND, RECEIVER],
    },
  ],
];

export function chainIntegrityCases(): VectorCase[] {
  const situation = { config: { requireChainIntegrity: true } };
  const broken = [
    ...BROKEN.map(([slug, change]) => [slug, { ...TWICE, ...change }] as const),
    ...HALF,
    ["edge-repeated", REPEATED] as const,
  ];
  return [
    ...broken.map(([slug, claims]) =>
      refuse(
        `chain-integrity-${slug}`,
        `does not fit together: ${say(slug)}`,
        "chain_mismatch/chain",
        claims,
        situation,
      ),
    ),
    ...broken
      .filter(([slug]) => /^(?:edge|path|hop-count)-/.test(slug))
      .map(([slug, claims]) =>
        accept(`chain-integrity-off-${slug}`, `not looked at by default: ${say(slug)}`, claims),
      ),
    ...CONSISTENT.map(([slug, claims]) =>
      accept(`chain-integrity-accepted-${slug}`, `fits together: ${say(slug)}`, claims, situation),
    ),
  ];
}
