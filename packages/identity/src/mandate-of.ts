import type { TypedClaims } from "./claim-types.js";
import type { ClaimsPolicy } from "./claims-policy.js";
import type { DelegationChainEntry, Mandate } from "./mandate.js";

/** Claims that every check has passed. */
export type JudgedClaims = TypedClaims &
  Omit<Mandate, "aud"> & { readonly aud: string | Mandate["aud"] };

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Claims that may be absent, but for the lists. */
const OPTIONAL_CLAIMS = [
  "nbf",
  "scope",
  "agent_session_id",
  "delegation_edge_id",
  "source_session_id",
  "target_session_id",
  "hop_count",
  "delegation_graph_epoch",
] as const;

/**
 * A frozen copy of the claims that the wire format knows. What all mandates for one server have alike
 * is there once: they may be remembered by the thousand.
 */
export function mandateOf(claims: JudgedClaims, policy: ClaimsPolicy): Mandate {
  const mandate: Mutable<Mandate> = {
    iss: policy.issuer,
    aud: freezeTexts(typeof claims.aud === "string" ? [claims.aud] : claims.aud, policy),
    sub: claims.sub,
    sub_type: claims.sub_type,
    client_id: claims.client_id,
    zone_id: claims.zone_id,
    jti: claims.jti,
    iat: claims.iat,
    exp: claims.exp,
    use: claims.use,
    sid: claims.sid,
    root_sid: claims.root_sid === claims.sid ? claims.sid : claims.root_sid,
  };
  for (const name of OPTIONAL_CLAIMS) copyClaim(name, claims, mandate);
  const { target, delegation_path, delegation_chain } = claims;
  if (target !== undefined) mandate.target = freezeTexts(target, policy);
  if (delegation_path !== undefined) mandate.delegation_path = freezeTexts(delegation_path, policy);
  if (delegation_chain !== undefined) {
    mandate.delegation_chain = Object.freeze(delegation_chain.map(freezeChainEntry));
  }
  return Object.freeze(mandate);
}

function copyClaim<Name extends (typeof OPTIONAL_CLAIMS)[number]>(
  name: Name,
  claims: Pick<Mandate, Name>,
  mandate: Mutable<Mandate>,
): void {
  if (claims[name] !== undefined) mandate[name] = claims[name];
}

/** For each policy, the list of its audience and nothing else. */
const audienceLists = new WeakMap<ClaimsPolicy, readonly string[]>();

function freezeTexts(texts: readonly string[], policy: ClaimsPolicy): readonly string[] {
  if (texts.length !== 1 || texts[0] !== policy.audience) return Object.freeze([...texts]);
  const known = audienceLists.get(policy);
  if (known !== undefined) return known;
  const list = Object.freeze([policy.audience]);
  audienceLists.set(policy, list);
  return list;
}

/** Copied without members that the wire format does not know. */
function freezeChainEntry(entry: DelegationChainEntry): DelegationChainEntry {
  const { application_id, agent_session_id, delegation_edge_id } = entry;
  const copy: Mutable<DelegationChainEntry> = { application_id };
  if (agent_session_id !== undefined) copy.agent_session_id = agent_session_id;
  if (delegation_edge_id !== undefined) copy.delegation_edge_id = delegation_edge_id;
  return Object.freeze(copy);
}
