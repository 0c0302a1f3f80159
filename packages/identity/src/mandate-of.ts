import type { TypedClaims } from "./claim-types.js";
import type { ClaimsPolicy } from "./claims-policy.js";
import type { DelegationChainEntry, Mandate } from "./mandate.js";
import { shareText } from "./share-text.js";

/** Claims that every check has passed. */
export type JudgedClaims = TypedClaims &
  Omit<Mandate, "aud"> & { readonly aud: string | Mandate["aud"] };

type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };

/** Texts that may be absent. */
const OPTIONAL_TEXTS = [
  "scope",
  "agent_session_id",
  "delegation_edge_id",
  "source_session_id",
  "target_session_id",
] as const;

/** Numbers that may be absent. */
const OPTIONAL_NUMBERS = ["nbf", "hop_count", "delegation_graph_epoch"] as const;

/**
 * A frozen copy of the claims that the wire format knows. What all mandates for one server have alike
 * is there once: they may be remembered by the thousand.
 *
 * @param isKept - whether it is going to be remembered: then it is worth the time to have texts once
 *   that it has in common with itself and others
 */
export function mandateOf(claims: JudgedClaims, policy: ClaimsPolicy, isKept: boolean): Mandate {
  const share = isKept ? shareText : asItIs;
  const mandate: Mutable<Mandate> = {
    iss: policy.issuer,
    aud: freezeTexts(typeof claims.aud === "string" ? [claims.aud] : claims.aud, policy, share),
    sub: share(claims.sub),
    sub_type: claims.sub_type,
    client_id: share(claims.client_id),
    zone_id: share(claims.zone_id),
    jti: claims.jti,
    iat: claims.iat,
    exp: claims.exp,
    use: claims.use,
    sid: share(claims.sid),
    root_sid: share(claims.root_sid),
  };
  for (const name of OPTIONAL_TEXTS) {
    const text = claims[name];
    if (text !== undefined) mandate[name] = share(text);
  }
  for (const name of OPTIONAL_NUMBERS) {
    const number = claims[name];
    if (number !== undefined) mandate[name] = number;
  }
  const { target, delegation_path, delegation_chain } = claims;
  if (target !== undefined) mandate.target = freezeTexts(target, policy, share);
  if (delegation_path !== undefined) {
    mandate.delegation_path = freezeTexts(delegation_path, policy, share);
  }
  if (delegation_chain !== undefined) {
    mandate.delegation_chain = Object.freeze(
      delegation_chain.map((entry) => freezeChainEntry(entry, share)),
    );
  }
  return Object.freeze(mandate);
}

/** Gives a text back, or another one that equals it. */
type Share = (text: string) => string;

const asItIs: Share = (text) => text;

/** For each policy, the list of its audience and nothing else. */
const audienceLists = new WeakMap<ClaimsPolicy, readonly string[]>();

function freezeTexts(
  texts: readonly string[],
  policy: ClaimsPolicy,
  share: Share,
): readonly string[] {
  if (texts.length !== 1 || texts[0] !== policy.audience) return Object.freeze(texts.map(share));
  const known = audienceLists.get(policy);
  if (known !== undefined) return known;
  const list = Object.freeze([policy.audience]);
  audienceLists.set(policy, list);
  return list;
}

/**
 * Copied without members that the wire format does not know. Each form is written out: an object that
 * gets its members one by one takes half as much again.
 */
function freezeChainEntry(entry: DelegationChainEntry, share: Share): DelegationChainEntry {
  const application_id = share(entry.application_id);
  const session = entry.agent_session_id;
  const edge = entry.delegation_edge_id;
  if (session === undefined) {
    return edge === undefined
      ? Object.freeze({ application_id })
      : Object.freeze({ application_id, delegation_edge_id: share(edge) });
  }
  const agent_session_id = share(session);
  return edge === undefined
    ? Object.freeze({ application_id, agent_session_id })
    : Object.freeze({ application_id, agent_session_id, delegation_edge_id: share(edge) });
}
