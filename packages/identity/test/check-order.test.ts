import { judgeAuthority, verifyMandate } from "@caracalai/identity";
import { expect, test } from "vitest";
import { DELEGATED, mandateOf, NEEDS_NOTHING } from "./support/authority.js";
import { judge, POLICY, verdictOf } from "./support/judge.js";
import { keysOf } from "./support/keys-of.js";
import { createTestKey } from "./support/test-key.js";
import { CLAIMS, encode, HEADER, KEY, NOW, tokenOf } from "./support/token.js";

// Each list is in the order of the checks. A token that fails a check and all that come after it is
// refused by that check.

const SHAPE: readonly (readonly [check: string, spoil: (header: object) => string])[] = [
  ["size", (header) => `${encode({ ...header, a: "x".repeat(16_384) })}=`],
  ["encoding", (header) => `${encode({ ...header })}=.${encode("[]")}.AA`],
  ["header", () => `${encode("[]")}.${encode("[]")}.AA`],
  ["algorithm", () => `${encode({ alg: "none", kid: "", typ: "x" })}.${encode("[]")}.AA`],
  ["kid", () => `${encode({ alg: "ES256", kid: "", typ: "x" })}.${encode("[]")}.AA`],
  ["header", () => `${encode({ alg: "ES256", kid: "other", typ: "x" })}.${encode("[]")}.AA`],
  ["signature", () => `${encode({ alg: "ES256", kid: "other" })}.${encode("[]")}.AA`],
];

test.each(SHAPE)("shape: %s", async (check, spoil) => {
  expect(await judge(spoil(HEADER))).toBe(`invalid_token/${check}`);
});

test.each([
  ["key", { header: { ...HEADER, kid: "other" }, payload: "[]", key: createTestKey().privateKey }],
  ["signature", { payload: "[]", key: createTestKey().privateKey }],
  ["payload", { payload: "[]" }],
])("%s comes before what follows", async (check, parts) => {
  expect(await judge(tokenOf(parts))).toBe(`invalid_token/${check}`);
});

const CLAIM_CHECKS: readonly (readonly [verdict: string, wrong: Record<string, unknown>])[] = [
  ["invalid_token/claim", { sub: 1 }],
  ["invalid_token/issuer", { iss: "https://other.example.com" }],
  ["invalid_token/audience", { aud: [] }],
  ["invalid_token/expiry", { exp: NOW }],
  ["invalid_token/time", { nbf: NOW + 61 }],
  ["invalid_token/lifetime", { iat: NOW - 9_999 }],
  ["invalid_token/use", { use: "session" }],
  ["invalid_zone/zone", { zone_id: "zone-2" }],
];

test.each(CLAIM_CHECKS.map(([verdict], index) => [verdict, index] as const))(
  "claims: %s comes before what follows",
  async (verdict, index) => {
    const wrong = CLAIM_CHECKS.slice(index).map(([, claims]) => claims);
    const payload = Object.assign({}, CLAIMS, ...wrong);
    expect(await judge(tokenOf({ payload }))).toBe(verdict);
  },
);

test.each([
  ["expiry before iat", { exp: NOW, iat: NOW + 61 }, "expiry"],
  ["iat ahead before lifetime", { iat: NOW + 61, exp: NOW + 9_999 }, "time"],
  ["iat after exp before lifetime", { iat: NOW + 60, exp: NOW + 1 }, "time"],
])("times: %s", async (_, claims, check) => {
  expect(await judge(tokenOf({ payload: { ...CLAIMS, ...claims } }))).toBe(
    `invalid_token/${check}`,
  );
});

const AUTHORITY_CHECKS = [
  ["insufficient_scope/scope", { requiredScopes: ["admin"] }],
  ["invalid_token/target", { requiredTargets: ["https://other.example.com"] }],
  ["agent_required/agent", { requireAgent: true }],
  ["delegation_required/delegation", { requireDelegation: true }],
  ["chain_mismatch/chain", { requireChainContains: ["app-9"] }],
  ["hop_count_exceeded/hops", { maxHopCount: 1 }],
] as const;

test.each(AUTHORITY_CHECKS.map(([verdict], index) => [verdict, index] as const))(
  "authority: %s comes before what follows",
  (verdict, index) => {
    const { agent_session_id: _, delegation_edge_id: __, ...claims } = DELEGATED;
    const needs = AUTHORITY_CHECKS.slice(index).map(([, policy]) => policy);
    const policy = Object.assign({}, NEEDS_NOTHING, ...needs);
    expect(verdictOf(judgeAuthority(mandateOf(claims), policy))).toBe(verdict);
  },
);

test("the clock is asked when the signature is verified, and not before", async () => {
  const asked: string[] = [];
  const now = () => {
    asked.push("now");
    return NOW;
  };
  const forged = tokenOf({ key: createTestKey().privateKey });
  await verifyMandate(forged, POLICY, keysOf(KEY), now);
  expect(asked).toEqual([]);
  await verifyMandate(tokenOf(), POLICY, keysOf(KEY), now);
  expect(asked).toEqual(["now"]);
});
