import type { MintClaims } from "./mandates.js";
import type { Members } from "./verified-payload.js";

/** The claims of a mandate that is given in exchange: of the types that the wire format has. */
export interface SubjectClaims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly zone_id: string;
  readonly client_id: string;
  readonly use: "session" | "resource";
  readonly iat: number;
  readonly nbf?: number;
  readonly exp: number;
  readonly scope?: string;
  readonly target?: readonly string[];
  readonly sid: string;
  readonly root_sid: string;
  readonly agent_session_id?: string;
  readonly delegation_edge_id?: string;
  readonly delegation_graph_epoch?: number;
}

type Is = (value: unknown) => boolean;

const isString: Is = (value) => typeof value === "string";
const isText: Is = (value) => isString(value) && value !== "";
const isCount: Is = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const isChainEntry: Is = (value) => {
  const { application_id, agent_session_id, delegation_edge_id } = Object(value) as Members;
  return isText(application_id) && [agent_session_id, delegation_edge_id].every(optional(isText));
};

/** Who acts for whom, in which session, delegated how: what a mandate got in exchange keeps. */
const kept: Readonly<Record<string, Is>> = {
  sub: isText,
  sub_type: oneOf("user", "application"),
  client_id: isText,
  sid: isText,
  root_sid: isText,
  agent_session_id: optional(isText),
  delegation_edge_id: optional(isText),
  source_session_id: optional(isText),
  target_session_id: optional(isText),
  delegation_path: optional(listOf(isText)),
  delegation_chain: optional(listOf(isChainEntry)),
  hop_count: optional(isCount),
  delegation_graph_epoch: optional(isCount),
};

const shape: Readonly<Record<string, Is>> = {
  ...kept,
  iss: isText,
  aud: (value) => isText(value) || listOf(isText)(value),
  zone_id: isText,
  jti: isText,
  use: oneOf("session", "resource"),
  iat: isCount,
  nbf: optional(isCount),
  exp: isCount,
  scope: optional(isString),
  target: optional(listOf(isText)),
};

/** The claims of a mandate; undefined where they are not as the wire format has them. */
export function readSubjectClaims(payload: Members): SubjectClaims | undefined {
  const isOfShape = Object.entries(shape).every(([name, is]) => is(payload[name]));
  // The shape has just been looked at, claim for claim.
  return isOfShape ? (payload as unknown as SubjectClaims) : undefined;
}

/** The claims that a mandate got in exchange keeps. */
export function keptClaims(claims: SubjectClaims): MintClaims {
  const all = claims as unknown as Members;
  return Object.fromEntries(Object.keys(kept).map((name) => [name, all[name]]));
}

function optional(is: Is): Is {
  return (value) => value === undefined || is(value);
}

function oneOf(...values: readonly unknown[]): Is {
  return (value) => values.includes(value);
}

function listOf(is: Is): Is {
  return (value) => Array.isArray(value) && value.length <= 64 && value.every(is);
}
