import type { Requirements } from "@caracalai/transport-mcp";
import { type Choices, once, oneOf, some } from "../support/choices.js";
import { APPLICATIONS, SCOPES, TARGETS } from "./mandates.js";

/** Requirements that a route can have; most have few. */
export function route(choices: Choices): Requirements {
  return {
    ...(once(choices, 3) && { requiredScopes: some(choices, SCOPES, 3) }),
    ...(once(choices, 5) && { requiredTargets: some(choices, TARGETS, 3) }),
    ...(once(choices, 4) && { requireAgent: once(choices, 2) }),
    ...(once(choices, 4) && { requireDelegation: once(choices, 2) }),
    ...(once(choices, 5) && { requireChainContains: some(choices, APPLICATIONS, 12) }),
    ...(once(choices, 3) && { requireChainIntegrity: !once(choices, 4) }),
    ...(once(choices, 3) && {
      maxHopCount: oneOf(choices, [0, 1, 2, 3, 9, 10, 11, 12, 2 ** 53 - 1]),
    }),
  };
}

/** What is required by one route or the other: never less than by either. */
export function both(first: Requirements, second: Requirements): Requirements {
  const list = (name: "requiredScopes" | "requiredTargets" | "requireChainContains") => [
    ...(first[name] ?? []),
    ...(second[name] ?? []),
  ];
  const limits = [first.maxHopCount, second.maxHopCount].filter((limit) => limit !== undefined);
  return {
    requiredScopes: list("requiredScopes"),
    requiredTargets: list("requiredTargets"),
    requireChainContains: list("requireChainContains"),
    requireAgent: first.requireAgent === true || second.requireAgent === true,
    requireDelegation: first.requireDelegation === true || second.requireDelegation === true,
    requireChainIntegrity:
      first.requireChainIntegrity === true || second.requireChainIntegrity === true,
    maxHopCount: limits.length === 0 ? undefined : Math.min(...limits),
  };
}
