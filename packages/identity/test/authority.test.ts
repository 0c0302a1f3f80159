import { type AuthorityPolicy, judgeAuthority, MandateError } from "@caracalai/identity";
import { expect, test } from "vitest";
import { authorityOf, DELEGATED, mandateOf, NEEDS_NOTHING } from "./support/authority.js";
import { AUDIENCE } from "./support/token.js";

type Claims = Readonly<Record<string, unknown>>;

test.each<[unknown, readonly string[], boolean]>([
  ["notes:read", [], true],
  ["notes:read", ["notes:read"], true],
  ["notes:read notes:write", ["notes:write", "notes:read"], true],
  ["notes:read notes:read", ["notes:read", "notes:read"], true],
  ["  notes:read   notes:write ", ["notes:read", "notes:write"], true],
  ["", ["notes:read"], false],
  ["notes:write", ["notes:read"], false],
  ["notes:read", ["notes:read", "notes:write"], false],
  ["notes:rea", ["notes:read"], false],
  ["notes:read:all", ["notes:read"], false],
  ["notes:read", ["notes:read:all"], false],
  ["notes:*", ["notes:read"], false],
  ["Notes:Read", ["notes:read"], false],
  ["notes:write\tnotes:read", ["notes:read"], false],
  ["notes:write\nnotes:read", ["notes:read"], false],
  ["notes:write\u00a0notes:read", ["notes:read"], false],
  ["notes:write\u2003notes:read", ["notes:read"], false],
  ["notes:write,notes:read", ["notes:read"], false],
  ["notes:read\n", ["notes:read"], false],
  ["a b", ["a b"], false],
  ["a b", [""], false],
])("scope %j for %j: %s", (scope, requiredScopes, isGranted) => {
  const verdict = authorityOf({ scope }, { requiredScopes });
  expect(verdict).toBe(isGranted ? "accepted" : "insufficient_scope/scope");
});

test("a mandate without scope or target has none", () => {
  const { scope: _, target: __, ...mandate } = mandateOf();
  const withNone = (policy: Partial<AuthorityPolicy>) =>
    judgeAuthority(mandate, { ...NEEDS_NOTHING, ...policy })?.code;
  expect(withNone({ requiredScopes: ["a"] })).toBe("insufficient_scope");
  expect(withNone({ requiredTargets: ["a"] })).toBe("invalid_token");
  expect(withNone({})).toBeUndefined();
});

test.each<[unknown, readonly string[], boolean]>([
  [[AUDIENCE], [AUDIENCE], true],
  [["a", "b"], ["b", "a"], true],
  [[], [], true],
  [[], ["a"], false],
  [["a"], ["a", "b"], false],
  [[`${AUDIENCE}/`], [AUDIENCE], false],
  [["A"], ["a"], false],
])("targets %j for %j: %s", (target, requiredTargets, isCovered) => {
  const verdict = authorityOf({ target }, { requiredTargets });
  expect(verdict).toBe(isCovered ? "accepted" : "invalid_token/target");
});

test.each<[string, Claims, Partial<AuthorityPolicy>, string]>([
  ["an agent", { agent_session_id: "agent-1" }, { requireAgent: true }, "accepted"],
  ["no agent", {}, { requireAgent: true }, "agent_required/agent"],
  ["a delegation", DELEGATED, { requireDelegation: true }, "accepted"],
  ["no delegation", {}, { requireDelegation: true }, "delegation_required/delegation"],
  [
    "a path without an edge",
    { delegation_path: ["edge-1"] },
    { requireDelegation: true },
    "delegation_required/delegation",
  ],
  ["the first of a chain", DELEGATED, { requireChainContains: ["app_1"] }, "accepted"],
  ["two of a chain", DELEGATED, { requireChainContains: ["app_2", "app_1"] }, "accepted"],
  ["the receiver", DELEGATED, { requireChainContains: ["app_dev"] }, "accepted"],
  ["not in a chain", DELEGATED, { requireChainContains: ["app_9"] }, "chain_mismatch/chain"],
  ["one not", DELEGATED, { requireChainContains: ["app_1", "app_9"] }, "chain_mismatch/chain"],
  ["a session id", DELEGATED, { requireChainContains: ["edge_1"] }, "chain_mismatch/chain"],
  ["no chain", {}, { requireChainContains: ["app-1"] }, "chain_mismatch/chain"],
])("%s", (_, claims, policy, verdict) => {
  expect(authorityOf(claims, policy)).toBe(verdict);
});

const EXCEEDED = "hop_count_exceeded/hops";
const entries = (length: number) => Array.from({ length }, () => ({ application_id: "app-1" }));
const edges = (length: number) => Array.from({ length }, (_, index) => `edge-${index}`);

test.each<[string, Claims, number, string]>([
  ["none", {}, 0, "accepted"],
  ["as many as allowed", { hop_count: 10 }, 10, "accepted"],
  ["one more", { hop_count: 11 }, 10, EXCEEDED],
  ["one where none is allowed", { hop_count: 1 }, 0, EXCEEDED],
  ["overstated", { hop_count: 9, delegation_path: edges(1) }, 8, EXCEEDED],
  ["understated beside the path", { hop_count: 1, delegation_path: edges(11) }, 10, EXCEEDED],
  ["understated beside the chain", { hop_count: 1, delegation_chain: entries(12) }, 10, EXCEEDED],
  ["left out beside the path", { delegation_path: edges(11) }, 10, EXCEEDED],
  ["left out beside the chain", { delegation_chain: entries(12) }, 10, EXCEEDED],
  ["a chain has one more than hops", { delegation_chain: entries(11) }, 10, "accepted"],
  ["a path has as many as hops", { delegation_path: edges(10) }, 10, "accepted"],
  ["empty lists", { delegation_path: [], delegation_chain: [] }, 0, "accepted"],
  ["a limit that is no number", {}, Number.NaN, EXCEEDED],
])("hops: %s", (_, claims, maxHopCount, verdict) => {
  expect(authorityOf(claims, { maxHopCount })).toBe(verdict);
});

const POLICIES: readonly (readonly [Claims, Partial<AuthorityPolicy>, string])[] = [
  [{}, { requiredScopes: ["notes:read", "a", "b"] }, "Missing scope: a"],
  [{}, { requiredTargets: ["a"] }, "Token validation failed"],
  [{}, { requireAgent: true }, "Agent identity required"],
  [{}, { requireDelegation: true }, "Delegation required"],
  [{}, { requireChainContains: ["app-9"] }, "Delegation chain missing application: app-9"],
  [{ hop_count: 1 }, { requireChainIntegrity: true }, "Delegation chain inconsistent"],
  [{ hop_count: 11 }, {}, "Hop count exceeded"],
];

test.each(POLICIES)("the refusal of %j for %j says: %s", (claims, policy, description) => {
  const refusal = judgeAuthority(mandateOf(claims), { ...NEEDS_NOTHING, ...policy });
  expect(refusal).toBeInstanceOf(MandateError);
  expect(refusal?.message).toBe(description);
  expect(refusal?.name).toBe("MandateError");
  expect(refusal?.cause).toBeUndefined();
  expect(refusal?.toJSON()).toEqual({
    code: refusal?.code,
    check: refusal?.check,
    description,
    hint: expect.stringMatching(/^[A-Z].*\.$/),
    requiredScopes: policy.requiredScopes,
  });
});

test("the hint for a missing scope names every scope that is needed, apart from one another", () => {
  const policy = { ...NEEDS_NOTHING, requiredScopes: ["notes:read", "notes:admin"] };
  const refusal = judgeAuthority(mandateOf({ scope: "notes:read" }), policy);
  expect(refusal?.hint).toContain("The operation needs: notes:read notes:admin.");
});
