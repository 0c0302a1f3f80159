import type { Requirements } from "@caracalai/transport-mcp";
import { EPOCHS, REVOKED } from "../support/world.js";
import type { Json } from "./model-of-claims.js";
import type { Failures } from "./model-order.js";

const DEFAULT_HOPS = 10;

/** Whether something that is required is not among what there is. */
function lacks(there: readonly unknown[], required: readonly string[] = []): boolean {
  const set = new Set(there);
  return required.some((item) => !set.has(item));
}

/** Steps 6 and 7 of the contract, for claims that passed step 5. */
export function failuresOfAuthority(claims: Json, route: Requirements): Failures {
  const path = (claims.delegation_path ?? []) as readonly string[];
  const chain = (claims.delegation_chain ?? []) as readonly Json[];
  const edge = claims.delegation_edge_id;
  const agent = claims.agent_session_id;
  const hops = Number(claims.hop_count ?? 0);
  const limit = Math.min(DEFAULT_HOPS, route.maxHopCount ?? DEFAULT_HOPS);
  const epoch = claims.delegation_graph_epoch ?? (edge === undefined ? Infinity : 0);
  return {
    scope: lacks(String(claims.scope ?? "").split(/ +/), route.requiredScopes),
    target: lacks((claims.target ?? []) as readonly string[], route.requiredTargets),
    agent: route.requireAgent === true && agent === undefined,
    delegation: route.requireDelegation === true && edge === undefined,
    chain:
      lacks(
        chain.map((entry) => entry.application_id),
        route.requireChainContains,
      ) ||
      (route.requireChainIntegrity === true && !isWhole(claims, path, chain, hops)),
    hops: [hops, path.length, chain.length - 1].some((count) => count > limit),
    revocation: [claims.sid, claims.root_sid, agent, edge].some((id) =>
      REVOKED.includes(String(id)),
    ),
    epoch: (EPOCHS[String(claims.zone_id)] ?? 0) > Number(epoch),
  };
}

/**
 * The chain that the STS would have written for this path, receiver and hop count, beside the one
 * that is there. Who issued the edges is not told by anything else.
 */
function isWhole(
  claims: Json,
  path: readonly string[],
  chain: readonly Json[],
  hops: number,
): boolean {
  const receiver = { application: claims.client_id, agent: claims.agent_session_id };
  const expected = [
    ...path.map((edge) => ({ edge })),
    ...(path.length > 0 || chain.length > 0 ? [receiver] : []),
  ];
  const found = chain.map((entry, at) =>
    at < path.length
      ? { edge: entry.delegation_edge_id }
      : { application: entry.application_id, agent: entry.agent_session_id },
  );
  const loose = chain.slice(path.length).some((entry) => "delegation_edge_id" in entry);
  const last = path.length > 0 ? path[path.length - 1] : undefined;
  return (
    JSON.stringify(found) === JSON.stringify(expected) &&
    !loose &&
    new Set(path).size === path.length &&
    hops === path.length &&
    claims.delegation_edge_id === last
  );
}
