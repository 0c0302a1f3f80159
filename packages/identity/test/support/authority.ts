import { delegatedMandate } from "@caracalai/dev-sts";
import {
  type AuthorityPolicy,
  judgeAuthority,
  judgeClaims,
  type Mandate,
} from "@caracalai/identity";
import { accepted, POLICY, verdictOf } from "./judge.js";
import { CLAIMS, NOW } from "./token.js";

/** A policy that any mandate satisfies. */
export const NEEDS_NOTHING: AuthorityPolicy = {
  requiredScopes: [],
  requiredTargets: [],
  requireAgent: false,
  requireDelegation: false,
  requireChainContains: [],
  requireChainIntegrity: false,
  maxHopCount: 10,
};

/** Claims of a mandate that was delegated twice. */
export const DELEGATED: Readonly<Record<string, unknown>> = delegatedMandate({ hops: 2 });

/** The mandate that claims make; each that is given replaces one of a plain user's mandate. */
export function mandateOf(claims: Readonly<Record<string, unknown>> = {}): Mandate {
  return accepted(judgeClaims({ ...CLAIMS, ...claims }, POLICY, NOW));
}

export function authorityOf(
  claims: Readonly<Record<string, unknown>>,
  policy: Partial<AuthorityPolicy>,
): string {
  return verdictOf(judgeAuthority(mandateOf(claims), { ...NEEDS_NOTHING, ...policy }));
}
