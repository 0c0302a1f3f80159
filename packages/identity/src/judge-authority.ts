import { type DelegationChainEntry, hopCountOf, type Mandate, scopesOf } from "./mandate.js";
import { MandateError } from "./mandate-error.js";
import { refuseToken } from "./refusals.js";

/** What an operation needs a mandate to carry. */
export interface AuthorityPolicy {
  /** Every one of these scopes. */
  readonly requiredScopes: readonly string[];
  /** Every one of these among the mandate's targets, compared exactly. */
  readonly requiredTargets: readonly string[];
  /** An agent's mandate: one with an `agent_session_id`. */
  readonly requireAgent: boolean;
  /** A delegated mandate: one with a `delegation_edge_id`. */
  readonly requireDelegation: boolean;
  /** Every one of these applications in the delegation chain. */
  readonly requireChainContains: readonly string[];
  /** Chain, path, edge and hop count fit together as the STS emits them. */
  readonly requireChainIntegrity: boolean;
  /** How many hops at the most. */
  readonly maxHopCount: number;
}

/**
 * Step 6, authority: does a verified mandate suffice for an operation? Pure.
 *
 * @param scopes - those of the mandate, where they were split before
 * @returns undefined where it does; else `insufficient_scope`, `invalid_token` with check `target`,
 *   `agent_required`, `delegation_required`, `chain_mismatch` or `hop_count_exceeded`: the first, in
 *   this order
 */
export function judgeAuthority(
  mandate: Mandate,
  policy: AuthorityPolicy,
  scopes: readonly string[] = scopesOf(mandate),
): MandateError | undefined {
  return (
    judgeScopes(scopes, policy) ??
    judgeTargets(mandate, policy) ??
    judgeAgent(mandate, policy) ??
    judgeDelegation(mandate, policy) ??
    judgeChain(mandate, policy) ??
    judgeHops(mandate, policy)
  );
}

/** RFC 6750 section 3.1: the answer names every scope that the operation needs. */
function judgeScopes(
  granted: readonly string[],
  { requiredScopes }: AuthorityPolicy,
): MandateError | undefined {
  const missing = firstMissing(requiredScopes, granted);
  if (missing === undefined) return undefined;
  return new MandateError({
    code: "insufficient_scope",
    check: "scope",
    description: `Missing scope: ${missing}`,
    hint: `The operation needs: ${requiredScopes.join(" ")}. Grant what is missing to the application, or ask the STS for it.`,
    requiredScopes,
  });
}

function judgeTargets(
  mandate: Mandate,
  { requiredTargets }: AuthorityPolicy,
): MandateError | undefined {
  return firstMissing(requiredTargets, mandate.target) === undefined
    ? undefined
    : refuseToken("target");
}

/** By index: over frozen lists, engines take several times as long with callbacks. */
function firstMissing(
  required: readonly string[],
  granted: readonly string[] | undefined,
): string | undefined {
  for (let at = 0; at < required.length; at += 1) {
    const each = required[at] as string;
    if (!granted?.includes(each)) return each;
  }
  return undefined;
}

function judgeAgent(mandate: Mandate, { requireAgent }: AuthorityPolicy): MandateError | undefined {
  if (!requireAgent || mandate.agent_session_id !== undefined) return undefined;
  return new MandateError({
    code: "agent_required",
    check: "agent",
    description: "Agent identity required",
    hint: "The operation is for agents: the mandate has to be issued to an agent session.",
  });
}

function judgeDelegation(
  mandate: Mandate,
  { requireDelegation }: AuthorityPolicy,
): MandateError | undefined {
  if (!requireDelegation || mandate.delegation_edge_id !== undefined) return undefined;
  return new MandateError({
    code: "delegation_required",
    check: "delegation",
    description: "Delegation required",
    hint: "The operation is for delegated authority: the mandate has to be issued over a delegation edge.",
  });
}

function judgeChain(mandate: Mandate, policy: AuthorityPolicy): MandateError | undefined {
  const { requireChainContains, requireChainIntegrity } = policy;
  const missing =
    requireChainContains.length === 0
      ? undefined
      : firstMissing(requireChainContains, applicationsOf(mandate));
  if (missing !== undefined) {
    return refuseChain(
      `Delegation chain missing application: ${missing}`,
      "The authority has to come through this application.",
    );
  }
  if (requireChainIntegrity && !hasChainIntegrity(mandate)) {
    return refuseChain(
      "Delegation chain inconsistent",
      "Delegation path, chain, edge and hop count of the mandate do not fit together.",
    );
  }
  return undefined;
}

function applicationsOf({ delegation_chain: chain }: Mandate): readonly string[] | undefined {
  return chain?.map(({ application_id }) => application_id);
}

/**
 * The structure that the STS emits: one entry for each edge of the path, then one for the receiver,
 * which is the application and the agent session that the mandate was issued to.
 */
function hasChainIntegrity(mandate: Mandate): boolean {
  const { delegation_path: path = [], delegation_chain: chain = [] } = mandate;
  const hops = path.length;
  if ((mandate.hop_count ?? 0) !== hops) return false;
  if (mandate.delegation_edge_id !== (hops === 0 ? undefined : path[hops - 1])) return false;
  if (chain.length === 0) return hops === 0;
  if (chain.length !== hops + 1) return false;

  for (let hop = 0; hop < hops; hop += 1) {
    if (chain[hop]?.delegation_edge_id !== path[hop]) return false;
  }
  if (!areDistinct(path)) return false;
  const receiver = chain[hops] as DelegationChainEntry;
  return (
    receiver.delegation_edge_id === undefined &&
    receiver.application_id === mandate.client_id &&
    receiver.agent_session_id === mandate.agent_session_id
  );
}

/** Those that end alike are held against one another: few do, and to compare all takes far longer. */
function areDistinct(edges: readonly string[]): boolean {
  let endings = 0;
  for (let at = 0; at < edges.length; at += 1) {
    const edge = edges[at] as string;
    const { length } = edge;
    // One of 32 bits, by the last two characters.
    const ending = 1 << (edge.charCodeAt(length - 1) ^ (edge.charCodeAt(length - 2) << 2));
    if ((endings & ending) !== 0 && edges.indexOf(edge) !== at) return false;
    endings |= ending;
  }
  return true;
}

function refuseChain(description: string, hint: string): MandateError {
  return new MandateError({ code: "chain_mismatch", check: "chain", description, hint });
}

function judgeHops(mandate: Mandate, { maxHopCount }: AuthorityPolicy): MandateError | undefined {
  if (hopCountOf(mandate) <= maxHopCount) return undefined;
  return new MandateError({
    code: "hop_count_exceeded",
    check: "hops",
    description: "Hop count exceeded",
    hint: `The authority was delegated more often than the ${maxHopCount} times that are allowed.`,
  });
}
