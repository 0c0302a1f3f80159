/**
 * Claims by their names on the wire. A value is of any type, so that wrong ones can be minted; a
 * claim set to `undefined` is left out of the mandate, its default too.
 */
export interface MintClaims {
  readonly iss?: unknown;
  readonly aud?: unknown;
  readonly sub?: unknown;
  readonly sub_type?: unknown;
  readonly client_id?: unknown;
  readonly zone_id?: unknown;
  readonly jti?: unknown;
  readonly iat?: unknown;
  readonly exp?: unknown;
  readonly nbf?: unknown;
  readonly use?: unknown;
  readonly sid?: unknown;
  readonly root_sid?: unknown;
  readonly scope?: unknown;
  readonly target?: unknown;
  readonly agent_session_id?: unknown;
  readonly delegation_edge_id?: unknown;
  readonly source_session_id?: unknown;
  readonly target_session_id?: unknown;
  readonly delegation_path?: unknown;
  readonly delegation_chain?: unknown;
  readonly hop_count?: unknown;
  readonly delegation_graph_epoch?: unknown;
  readonly [claim: string]: unknown;
}

/** What `delegatedMandate` takes: claims, and how often the authority was passed on. */
export interface DelegatedMandateOptions extends MintClaims {
  /** A whole number from 1 on; default 1. Not a claim itself. */
  readonly hops?: number;
}

/** Claims of a mandate for a user: `user_dev` by way of the application `app_dev`. */
export function userMandate(overrides: MintClaims = {}): MintClaims {
  return { sub: "user_dev", sub_type: "user", client_id: "app_dev", ...overrides };
}

/** Claims of a mandate for an application that acts for itself: `sub` is its `client_id`. */
export function applicationMandate(overrides: MintClaims = {}): MintClaims {
  const application = textOr("app_dev", overrides.client_id);
  return { sub: application, sub_type: "application", client_id: application, ...overrides };
}

/**
 * Claims of a user's session mandate of this issuer: no resource server takes it, the token endpoint
 * exchanges it for one that they take. Its scopes are the most that comes out.
 */
export function sessionMandate(issuer: string, overrides: MintClaims = {}): MintClaims {
  return { ...userMandate(), use: "session", aud: [issuer], target: undefined, ...overrides };
}

/** Claims of an agent's mandate: a user's, held in the agent session `agent_session_dev`. */
export function agentMandate(overrides: MintClaims = {}): MintClaims {
  return { ...userMandate(), agent_session_id: "agent_session_dev", ...overrides };
}

/**
 * Claims of an agent's mandate that was passed on `hops` times, as the STS emits them: the edges
 * `edge_1` to `edge_n`, root first, issued by `app_1` to `app_n` in the sessions
 * `agent_session_1` to `agent_session_n`. Path and chain follow a `client_id`,
 * `agent_session_id`, `delegation_edge_id` or `source_session_id` that is given, so give them
 * here and not afterwards. Throws a `RangeError` where `hops` is not a whole number from 1 on.
 */
export function delegatedMandate(options: DelegatedMandateOptions = {}): MintClaims {
  const { hops = 1, ...overrides } = options;
  if (!Number.isSafeInteger(hops) || hops < 1) throw new RangeError("hops starts at 1");
  const client = textOr("app_dev", overrides.client_id);
  const session = textOr("agent_session_dev", overrides.agent_session_id);
  const lastEdge = textOr(`edge_${hops}`, overrides.delegation_edge_id);
  const lastIssuer = textOr(`agent_session_${hops}`, overrides.source_session_id);

  const issued = Array.from({ length: hops }, (_, index) => ({
    application_id: `app_${index + 1}`,
    agent_session_id: index + 1 === hops ? lastIssuer : `agent_session_${index + 1}`,
    delegation_edge_id: index + 1 === hops ? lastEdge : `edge_${index + 1}`,
  }));
  return {
    ...agentMandate(),
    delegation_edge_id: lastEdge,
    source_session_id: lastIssuer,
    target_session_id: session,
    delegation_path: issued.map((entry) => entry.delegation_edge_id),
    delegation_chain: [...issued, { application_id: client, agent_session_id: session }],
    hop_count: hops,
    ...overrides,
  };
}

function textOr(fallback: string, value: unknown): string {
  return typeof value === "string" ? value : fallback;
}
