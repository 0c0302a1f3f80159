import {
  agentMandate,
  delegatedMandate,
  type MintClaims,
  type MintOptions,
} from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  MandateError,
  type MandateVerifierOptions,
  type Requirements,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { AUDIENCE, nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";
import { errorOf, principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile({ zones: ["zone_dev", "zone_b", "zone_c"] });
const now = nowSeconds();

function isDeeplyFrozen(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isDeeplyFrozen);
}

describe("who is let in", () => {
  test("a user: every field of the principal", async () => {
    const times = { iat: now - 5, exp: now + 100, nbf: now - 5 };
    const ids = { jti: "jti_1", sid: "session_1", root_sid: "root_1" };
    const token = sts.mint({ ...times, ...ids, scope: " a  b ", unknown_claim: { a: 1 } });
    const principal = principalOf(await verifierFor(sts).authenticate(token));
    expect(principal).toStrictEqual({
      sub: "user_dev",
      subType: "user",
      clientId: "app_dev",
      zoneId: "zone_dev",
      scope: " a  b ",
      scopes: ["a", "b"],
      targets: [AUDIENCE],
      agentSessionId: undefined,
      hopCount: 0,
      expiresAt: now + 100,
      mandate: {
        iss: sts.issuer,
        aud: [AUDIENCE],
        sub: "user_dev",
        sub_type: "user",
        client_id: "app_dev",
        zone_id: "zone_dev",
        use: "resource",
        scope: " a  b ",
        target: [AUDIENCE],
        ...times,
        ...ids,
      },
    });
    expect(isDeeplyFrozen(principal)).toBe(true);
  });

  test("a delegated agent", async () => {
    const claims = delegatedMandate({ hops: 2, delegation_graph_epoch: 3 });
    const principal = principalOf(await verifierFor(sts).authenticate(sts.mint(claims)));
    expect(principal).toMatchObject({ agentSessionId: "agent_session_dev", hopCount: 2 });
    expect(principal.mandate).toMatchObject(claims);
    expect(isDeeplyFrozen(principal)).toBe(true);
  });

  test("an application without scope, target, and with one audience as text", async () => {
    const claims = { sub: "app", sub_type: "application", aud: AUDIENCE };
    const token = sts.mint({ ...claims, scope: undefined, target: undefined });
    const principal = principalOf(await verifierFor(sts).authenticate(token));
    expect(principal).toMatchObject({ subType: "application", scope: "", scopes: [], targets: [] });
    expect(principal.mandate.aud).toEqual([AUDIENCE]);
    expect(principal.mandate).not.toHaveProperty("scope");
    expect(isDeeplyFrozen(principal)).toBe(true);
  });

  test("mandates of each configured zone, and of no other", async () => {
    const verifier = verifierFor(sts, { zoneId: ["zone_dev", "zone_b"] });
    const verdicts = ["zone_dev", "zone_b", "zone_c"].map(async (zone) =>
      verdictOf(await verifier.authenticate(sts.mint({}, { zone }))),
    );
    expect(await Promise.all(verdicts)).toEqual(["ok", "ok", "invalid_token/key"]);
    expect(sts.keySetRequests("zone_c")).toBe(0);
  });
});

type Case = readonly [
  verdict: string,
  description: string,
  claims: MintClaims,
  more?: {
    readonly name?: string;
    readonly mint?: MintOptions;
    readonly options?: Partial<MandateVerifierOptions>;
    readonly route?: Requirements;
  },
];

const FAILED = "Token validation failed";
const delegated = delegatedMandate({ hops: 2, scope: "a b" });
const revoked = new InMemoryRevocationStore();
revoked.markRevoked("session_revoked");
revoked.markDelegationEpoch("zone_dev", 5);

/** A mandate that is wrong in one way, or not enough for what is asked. */
const refusals: readonly Case[] = [
  ["invalid_token/algorithm", FAILED, {}, { mint: { header: { alg: "HS256" } } }],
  ["invalid_token/kid", FAILED, {}, { mint: { header: { kid: 5 } } }],
  ["invalid_token/header", FAILED, {}, { mint: { header: { crit: ["exp"] } } }],
  ["invalid_token/size", FAILED, { padding: "x".repeat(16_384) }],
  ["invalid_token/key", FAILED, {}, { mint: { kid: "unknown" } }],
  ["invalid_token/signature", FAILED, {}, { mint: { signWith: "foreign" } }],
  ["invalid_token/signature", FAILED, {}, { mint: { tamper: "payload" }, name: "tampered" }],
  ["invalid_token/claim", FAILED, { sub: undefined }],
  ["invalid_token/issuer", FAILED, { iss: `${sts.issuer}/` }],
  ["invalid_token/audience", FAILED, { aud: [`${AUDIENCE}/`] }],
  ["invalid_token/expiry", FAILED, { exp: now - 1, iat: now - 100 }],
  ["invalid_token/time", FAILED, { iat: now + 600 }],
  ["invalid_token/lifetime", FAILED, { exp: now + 7_200 }],
  ["invalid_token/use", FAILED, { use: "session" }],
  ["invalid_token/target", FAILED, {}, { route: { requiredTargets: ["https://a.example"] } }],
  ["invalid_zone/zone", "Token zone validation failed", { zone_id: "zone_b" }],
  ["invalid_zone/zone", "Token zone validation failed", { zone_id: undefined }, { name: "none" }],
  ["session_revoked/revocation", "Session revoked", { sid: "session_revoked" }],
  ["delegation_stale/epoch", "Delegation graph changed", { delegation_graph_epoch: 4 }],
  [
    "insufficient_scope/scope",
    "Missing scope: b",
    { scope: "a" },
    { name: "one of two", options: { requiredScopes: ["a"] }, route: { requiredScopes: ["b"] } },
  ],
  [
    "insufficient_scope/scope",
    "Missing scope: a",
    { scope: "ab a\tb a\u00a0b" },
    { name: "look-alikes", route: { requiredScopes: ["a"] } },
  ],
  ["agent_required/agent", "Agent identity required", {}, { route: { requireAgent: true } }],
  [
    "delegation_required/delegation",
    "Delegation required",
    agentMandate(),
    { route: { requireDelegation: true } },
  ],
  [
    "chain_mismatch/chain",
    "Delegation chain missing application: app_9",
    { ...delegated, delegation_graph_epoch: 5 },
    {
      route: { requireChainContains: ["app_1", "app_9"] },
    },
  ],
  [
    "chain_mismatch/chain",
    "Delegation chain inconsistent",
    { ...delegated, hop_count: 1 },
    { name: "integrity", route: { requireChainIntegrity: true } },
  ],
  ["hop_count_exceeded/hops", "Hop count exceeded", { hop_count: 11 }],
  [
    "hop_count_exceeded/hops",
    "Hop count exceeded",
    { ...delegated, hop_count: 0 },
    { name: "understated", route: { maxHopCount: 1 } },
  ],
];

describe("who is refused, by which check, in which words", () => {
  test.each(
    refusals.map(([verdict, description, claims, more = {}]) => ({
      name: more.name ?? "",
      verdict,
      description,
      claims,
      ...more,
    })),
  )("$verdict $name", async ({ verdict, description, claims, mint, options, route }) => {
    const { authenticate, authorization } = verifierFor(sts, { revocations: revoked, ...options });
    const token = sts.mint(claims, mint);
    const result = await authenticate(token, route);
    const error = errorOf(result);
    expect(verdictOf(result)).toBe(verdict);
    expect(error).toBeInstanceOf(MandateError);
    expect(error).toMatchObject({ description, message: description });
    expect(error.cause).toBeUndefined();
    expect(error.hint).toMatch(/^[A-Z].*\.$/);
    expect(error.requiredScopes).toEqual(
      error.code === "insufficient_scope"
        ? [...(options?.requiredScopes ?? []), ...(route?.requiredScopes ?? [])]
        : undefined,
    );
    expect(errorOf(await authorization(`Bearer ${token}`, route)).toJSON()).toEqual(error.toJSON());
  });

  test.each<unknown>(["", undefined, null, 0, 5, true, {}, [], ["a.b.c"], new String("a.b.c")])(
    "no token at all: %o",
    async (token) => {
      const { authenticate } = verifierFor(sts, { requiredScopes: ["a"] });
      const result = await authenticate(token as string, { requiredScopes: ["b"] });
      expect(verdictOf(result)).toBe("missing_token/bearer");
      expect(errorOf(result)).toMatchObject({
        description: "Missing bearer token",
        requiredScopes: ["a", "b"],
      });
    },
  );

  test("a malformed header", async () => {
    const error = errorOf(await verifierFor(sts).authorization("Bearer a b"));
    expect(error).toMatchObject({ code: "invalid_token", check: "bearer", description: FAILED });
    expect(error.requiredScopes).toBeUndefined();
  });
});

test("of several reasons the first in the order of checks is given", async () => {
  const everythingWrong = { scope: "", target: [], hop_count: 99, sid: "session_revoked" };
  const { authenticate, require } = verifierFor(sts, { revocations: revoked });
  const token = sts.mint(everythingWrong);
  const steps: readonly (readonly [Requirements, string])[] = [
    [{ requiredScopes: ["a"] }, "insufficient_scope/scope"],
    [{ requiredTargets: [AUDIENCE] }, "invalid_token/target"],
    [{ requireAgent: true }, "agent_required/agent"],
    [{ requireDelegation: true }, "delegation_required/delegation"],
    [{ requireChainContains: ["app"] }, "chain_mismatch/chain"],
    [{}, "hop_count_exceeded/hops"],
  ];
  for (const [first] of steps.entries()) {
    const route = Object.assign({}, ...steps.slice(first).map(([needs]) => needs));
    expect(verdictOf(await require(route).authenticate(token))).toBe(steps[first]?.[1]);
  }
  expect(verdictOf(await authenticate(sts.mint({ sid: "session_revoked" })))).toBe(
    "session_revoked/revocation",
  );
});

test("every method works on its own", async () => {
  const { authenticate, authorization, recheck, require, warmup } = verifierFor(sts);
  await warmup();
  const principal = principalOf(await authenticate(sts.mint()));
  for (const result of [
    authorization(`Bearer ${sts.mint()}`),
    recheck(principal),
    require({}).authenticate(sts.mint()),
  ]) {
    expect(verdictOf(await result)).toBe("ok");
  }
});
