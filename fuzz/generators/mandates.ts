import { between, type Choices, once, oneOf, some } from "../support/choices.js";
import { AUDIENCE, ISSUER, NOW, type ZoneName } from "../support/world.js";

export type Claims = Readonly<Record<string, unknown>>;

export const SCOPES: readonly string[] = ["notes:read", "notes:write", "mcp:tool:call", "admin"];
export const TARGETS: readonly string[] = [AUDIENCE, "https://files.example.com", "urn:t"];
/** Applications that delegate, one for each hop. */
export const APPLICATIONS: readonly string[] = Array.from(
  { length: 12 },
  (_, at) => `app_${at + 1}`,
);

/** A mandate that an STS could issue: its claims and times are in order, whatever it may do. */
export function mandateClaims(choices: Choices, zone: ZoneName): Claims {
  const iat = NOW + 60 - choices.below(900);
  const hops = oneOf(choices, [0, 0, 1, 2, 3, 9, 10, 11, 12]);
  return {
    iss: ISSUER,
    aud: oneOf(choices, [[AUDIENCE], AUDIENCE, [AUDIENCE, "urn:x"], ["urn:x", AUDIENCE]]),
    ...oneOf(choices, [
      { sub: "user_1", sub_type: "user" },
      { sub: "app_dev", sub_type: "application" },
    ]),
    client_id: "app_dev",
    zone_id: zone,
    jti: `jti_${choices.below(1_000)}`,
    iat,
    exp: expiryOf(choices, iat),
    use: "resource",
    sid: rarely(choices, "sid_x", "sid_1"),
    root_sid: rarely(choices, "root_x", "root_1"),
    ...(once(choices, 4) && { nbf: iat - choices.below(60) }),
    ...(!once(choices, 4) && { scope: some(choices, SCOPES).join(oneOf(choices, [" ", "  "])) }),
    ...(!once(choices, 4) && { target: some(choices, TARGETS) }),
    ...(hops > 0 || once(choices, 3) ? agentOf(choices) : {}),
    ...(hops > 0 && delegationOf(choices, hops)),
    ...(once(choices, 3) && { delegation_graph_epoch: between(choices, 3, 7) }),
  };
}

/** As short or as long a life as there may be, now and then. */
function expiryOf(choices: Choices, iat: number): number {
  const earliest = Math.max(iat, NOW + 1);
  const limits = [earliest, iat + 3_600];
  return once(choices, 8) ? oneOf(choices, limits) : earliest + choices.below(900);
}

function rarely(choices: Choices, rare: string, usual: string): string {
  return once(choices, 25) ? rare : usual;
}

function agentOf(choices: Choices): Claims {
  return { agent_session_id: rarely(choices, "agent_x", "agent_1") };
}

/** Path and chain as the STS emits them: an entry for each edge, and a last one for the receiver. */
function delegationOf(choices: Choices, hops: number): Claims {
  const agent = agentOf(choices);
  const last = rarely(choices, "edge_x", `edge_${hops}`);
  const path = Array.from({ length: hops }, (_, at) => (at + 1 === hops ? last : `edge_${at + 1}`));
  const issuers = path.map((edge, at) => ({
    application_id: APPLICATIONS[at],
    agent_session_id: `agent_of_${edge}`,
    delegation_edge_id: edge,
  }));
  return {
    ...agent,
    delegation_edge_id: last,
    source_session_id: `agent_of_${last}`,
    target_session_id: agent.agent_session_id,
    delegation_path: path,
    delegation_chain: [...issuers, { application_id: "app_dev", ...agent }],
    hop_count: hops,
    // A delegated mandate says under which epoch it was issued, or counts as stale.
    ...(!once(choices, 6) && { delegation_graph_epoch: 5 }),
  };
}
