/**
 * The claims of a verified mandate, under their names on the wire. Times are whole seconds since the
 * epoch (RFC 7519 section 2, NumericDate). Frozen; claims that the wire format does not know are left
 * out.
 */
export interface Mandate {
  /** The STS. */
  readonly iss: string;
  /** The resources that it was issued for; the wire's single string is a list of one here. */
  readonly aud: readonly string[];
  /** Who the authority is for. */
  readonly sub: string;
  readonly sub_type: "user" | "application";
  /** The application that is acting. */
  readonly client_id: string;
  /** The tenant whose key signed it. */
  readonly zone_id: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly nbf?: number;
  readonly use: "resource";
  /** Session; revocation anchor. */
  readonly sid: string;
  /** Root session; revocation anchor. */
  readonly root_sid: string;
  /** Granted scopes, separated by spaces. */
  readonly scope?: string;
  /** The resources that the authority covers. */
  readonly target?: readonly string[];
  /** The agent's session; revocation anchor. Present in an agent's mandate and in no other. */
  readonly agent_session_id?: string;
  /** The edge that delegated this authority; revocation anchor. */
  readonly delegation_edge_id?: string;
  readonly source_session_id?: string;
  readonly target_session_id?: string;
  /** Edge ids, root first. */
  readonly delegation_path?: readonly string[];
  readonly delegation_chain?: readonly DelegationChainEntry[];
  /** As claimed; what is judged is `hopCountOf`. */
  readonly hop_count?: number;
  /** The zone's delegation-graph epoch at issue. */
  readonly delegation_graph_epoch?: number;
}

/** One application on the way that authority was delegated, root first, the receiver last. */
export interface DelegationChainEntry {
  readonly application_id: string;
  readonly agent_session_id?: string;
  readonly delegation_edge_id?: string;
}

/**
 * How often the authority was delegated: the largest of what the mandate says and what its lists
 * show, so that an understated `hop_count` gains nothing.
 */
export function hopCountOf(mandate: Mandate): number {
  return Math.max(
    mandate.hop_count ?? 0,
    mandate.delegation_path?.length ?? 0,
    (mandate.delegation_chain?.length ?? 0) - 1,
  );
}

/** The scopes granted (RFC 6749 section 3.3): split at spaces, and at nothing that resembles one. */
export function scopesOf(mandate: Mandate): readonly string[] {
  const scopes = (mandate.scope ?? "").split(" ");
  return scopes.includes("") ? scopes.filter((scope) => scope !== "") : scopes;
}

/** The ids whose revocation ends the mandate, without repetition. */
export function anchorsOf(mandate: Mandate): readonly string[] {
  const anchors = [mandate.sid];
  addOnce(anchors, mandate.root_sid);
  addOnce(anchors, mandate.agent_session_id);
  addOnce(anchors, mandate.delegation_edge_id);
  return anchors;
}

function addOnce(anchors: string[], anchor: string | undefined): void {
  if (anchor !== undefined && !anchors.includes(anchor)) anchors.push(anchor);
}

/**
 * The delegation epoch that the mandate was issued under: undefined where it is not subject to the
 * epoch check, 0 where it is delegated and does not say.
 */
export function delegationEpochOf(mandate: Mandate): number | undefined {
  if (mandate.delegation_graph_epoch !== undefined) return mandate.delegation_graph_epoch;
  return mandate.delegation_edge_id === undefined ? undefined : 0;
}
