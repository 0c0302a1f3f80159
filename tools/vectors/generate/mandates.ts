import type { Members } from "./json-text.js";

export const NOW = 1_800_000_000;
export const ISSUER = "https://sts.example";
export const AUDIENCE = "https://mcp.example";
export const OTHER_AUDIENCE = "https://other.example";
export const ZONE = "zone-1";

/** A mandate for a user: the claims that every mandate has, and scopes. */
export const USER = {
  iss: ISSUER,
  aud: [AUDIENCE],
  sub: "user-1",
  sub_type: "user",
  client_id: "app-1",
  zone_id: ZONE,
  jti: "jti-1",
  iat: NOW - 10,
  exp: NOW + 890,
  use: "resource",
  sid: "sid-1",
  root_sid: "root-1",
  scope: "notes:read notes:write",
} as const;

/** An application that acts for itself. */
export const APPLICATION = { ...USER, sub: "app-1", sub_type: "application" } as const;

/** A user's agent. */
export const AGENT = { ...USER, agent_session_id: "agent-1" } as const;

/** An agent's mandate that was passed on so many times, as the STS emits it. */
export function delegated(hops: number): Members {
  const edges = Array.from({ length: hops }, (_, index) => `edge-${index + 1}`);
  const issuers = edges.map((edge, index) => ({
    application_id: `app-${index + 2}`,
    agent_session_id: `agent-${index + 2}`,
    delegation_edge_id: edge,
  }));
  return {
    ...AGENT,
    delegation_edge_id: edges.at(-1),
    source_session_id: issuers.at(-1)?.agent_session_id,
    target_session_id: "agent-1",
    delegation_path: edges,
    delegation_chain: [...issuers, { application_id: "app-1", agent_session_id: "agent-1" }],
    hop_count: hops,
    delegation_graph_epoch: 7,
  };
}

/** Every claim that a mandate can have. */
export const FULL: Members = { ...delegated(2), nbf: NOW - 10, target: [AUDIENCE] };

/** Each claim of the wire format, in its order. */
export const OPTIONAL_CLAIMS = [
  "nbf",
  "scope",
  "target",
  "agent_session_id",
  "delegation_edge_id",
  "source_session_id",
  "target_session_id",
  "delegation_path",
  "delegation_chain",
  "hop_count",
  "delegation_graph_epoch",
] as const;

export function without(claims: Members, ...names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !names.includes(name)));
}
