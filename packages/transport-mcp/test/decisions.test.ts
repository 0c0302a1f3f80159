import {
  agentMandate,
  delegatedMandate,
  type MintClaims,
  type MintOptions,
} from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  type AuthorizationHeader,
  ConfigurationError,
  createKeyCache,
  type Decision,
  type MandateVerifierOptions,
  type Requirements,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { hearing, recordOf, refused } from "./support/decisions.js";
import { storeOf } from "./support/stores.js";
import { nowSeconds, stsOfFile } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();
const now = nowSeconds();

const throws = () => {
  throw new Error("down");
};
const keysAreGone = { find: throws, warmup: throws };

interface Case {
  readonly name: string;
  readonly claims?: MintClaims;
  readonly mint?: MintOptions;
  readonly options?: Partial<MandateVerifierOptions>;
  readonly record: Partial<Decision>;
}

const zoneId = "zone_dev";

const cases: readonly Case[] = [
  { name: "let in", record: { zoneId } },
  { name: "an agent let in", claims: agentMandate(), record: { zoneId } },
  {
    name: "signature",
    mint: { signWith: "foreign" },
    record: refused("invalid_token", "signature"),
  },
  { name: "claim", claims: { sub: "" }, record: refused("invalid_token", "claim") },
  { name: "issuer", claims: { iss: "https://x" }, record: refused("invalid_token", "issuer") },
  { name: "audience", claims: { aud: "x" }, record: refused("invalid_token", "audience") },
  { name: "expiry", claims: { exp: now - 1 }, record: refused("invalid_token", "expiry") },
  {
    name: "time",
    claims: { iat: now + 900, exp: now + 950 },
    record: refused("invalid_token", "time"),
  },
  { name: "lifetime", claims: { exp: now + 9_000 }, record: refused("invalid_token", "lifetime") },
  { name: "use", claims: { use: "session" }, record: refused("invalid_token", "use") },
  { name: "zone", claims: { zone_id: "zone_x" }, record: refused("invalid_zone", "zone") },
  {
    name: "scope",
    options: { requiredScopes: ["a"] },
    record: { ...refused("insufficient_scope", "scope"), zoneId },
  },
  {
    name: "target",
    options: { requiredTargets: ["t"] },
    record: { ...refused("invalid_token", "target"), zoneId },
  },
  {
    name: "agent",
    options: { requireAgent: true },
    record: { ...refused("agent_required", "agent"), zoneId },
  },
  {
    name: "delegation",
    options: { requireDelegation: true },
    record: { ...refused("delegation_required", "delegation"), zoneId },
  },
  {
    name: "chain",
    options: { requireChainContains: ["app"] },
    record: { ...refused("chain_mismatch", "chain"), zoneId },
  },
  {
    name: "hops",
    claims: { hop_count: 11 },
    record: { ...refused("hop_count_exceeded", "hops"), zoneId },
  },
  {
    name: "revocation",
    options: { revocations: storeOf({ isRevoked: () => true }) },
    record: { ...refused("session_revoked", "revocation"), zoneId },
  },
  {
    name: "epoch",
    claims: delegatedMandate(),
    options: { revocations: storeOf({ currentDelegationEpoch: () => 9 }) },
    record: { ...refused("delegation_stale", "epoch"), zoneId },
  },
  {
    name: "revocations unavailable",
    options: { revocations: storeOf({ isRevoked: throws }) },
    record: {
      outcome: "unavailable",
      code: "verification_unavailable",
      check: "revocations_unavailable",
      zoneId,
    },
  },
  {
    name: "keys unavailable",
    options: { keyCache: keysAreGone },
    record: {
      outcome: "unavailable",
      code: "verification_unavailable",
      check: "jwks_unavailable",
    },
  },
];

describe("every decision is told once, with its zone only where the claims were verified", () => {
  test.each(cases)("$name", async ({ claims, mint, options, record }) => {
    const { verifier, decisions } = hearing(sts, { keyCache, ...options });
    const token = sts.mint(claims, mint);
    const expected = recordOf(record);

    const result = await verifier.authenticate(token);
    expect(decisions.splice(0)).toStrictEqual([expected]);
    expect(verdictOf(result)).toBe(
      record.code === undefined ? "ok" : `${record.code}/${record.check}`,
    );
    // From now on it is known where its claims were verified.
    const again = { ...expected, cached: expected.zoneId !== undefined };
    await verifier.authorization(`Bearer ${token}`);
    expect(decisions.splice(0)).toStrictEqual([again]);
    await verifier.require({ requiredScopes: [] }).authenticate(token);
    expect(decisions.splice(0)).toStrictEqual([again]);
  });

  test.each<readonly [string, AuthorizationHeader, Partial<Decision>]>([
    ["no header", undefined, refused("missing_token", "bearer")],
    ["another scheme", "Basic abc", refused("missing_token", "bearer")],
    ["two headers", ["Bearer a", "Bearer b"], refused("invalid_token", "bearer")],
    ["no token", "Bearer abc", refused("invalid_token", "encoding")],
    ["another algorithm", "Bearer eyJhbGciOiJub25lIn0.e30.", refused("invalid_token", "algorithm")],
    ["too long", `Bearer ${"a".repeat(20_000)}`, refused("invalid_token", "size")],
  ])("%s", async (_name, header, record) => {
    const { verifier, decisions } = hearing(sts, { keyCache });
    await verifier.authorization(header);
    expect(decisions).toStrictEqual([recordOf(record)]);
  });

  test("no token at all", async () => {
    const { verifier, decisions } = hearing(sts, { keyCache });
    await verifier.authenticate("");
    expect(decisions).toStrictEqual([recordOf(refused("missing_token", "bearer"))]);
  });

  test.each<readonly [string, Requirements | undefined, Partial<Decision>]>([
    ["let in", undefined, { zoneId }],
    ["scope", { requiredScopes: ["b"] }, { ...refused("insufficient_scope", "scope"), zoneId }],
  ])("recheck: %s", async (_name, route, record) => {
    const { verifier, decisions } = hearing(sts, { keyCache });
    const principal = principalOf(await verifier.authenticate(sts.mint()));
    decisions.length = 0;
    const expected = recordOf({ ...record, stage: "recheck" });
    await verifier.recheck(principal, route);
    expect(decisions.splice(0)).toStrictEqual([expected]);
    if (route !== undefined) await verifier.require(route).recheck(principal);
    expect(decisions).toStrictEqual(route === undefined ? [] : [expected]);
  });

  test("recheck: expiry, revocation and outage", async () => {
    const clock = { ms: Date.now() };
    let isDown = false;
    const revocations = new InMemoryRevocationStore();
    const { verifier, decisions } = hearing(sts, {
      keyCache,
      now: () => clock.ms,
      revocations: storeOf({
        isRevoked: (anchor) => (isDown ? throws() : revocations.isRevoked(anchor)),
      }),
    });
    const token = sts.mint({ sid: "session_1" });
    const principal = principalOf(await verifier.authenticate(token));
    decisions.length = 0;

    revocations.markRevoked("session_1");
    await verifier.recheck(principal);
    isDown = true;
    await verifier.recheck(principal);
    clock.ms = principal.expiresAt * 1_000;
    await verifier.recheck(principal);
    const common = { zoneId, stage: "recheck" } as const;
    expect(decisions).toStrictEqual([
      recordOf({ ...common, ...refused("session_revoked", "revocation") }),
      recordOf({
        ...common,
        outcome: "unavailable",
        code: "verification_unavailable",
        check: "revocations_unavailable",
      }),
      recordOf({ ...common, ...refused("invalid_token", "expiry") }),
    ]);
  });

  test("100 at a time", async () => {
    const { verifier, decisions } = hearing(sts, { requiredScopes: ["a"] });
    const tokens = Array.from({ length: 100 }, (_, index) =>
      sts.mint({ scope: index % 2 === 0 ? "a" : "b" }),
    );
    await Promise.all(tokens.map((token) => verifier.authenticate(token)));
    const outcomes = decisions.map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(50);
    expect(outcomes.filter((outcome) => outcome === "refused")).toHaveLength(50);
  });
});

test("a malformed route is no decision, and fetching keys is none", async () => {
  const { verifier, decisions } = hearing(sts);
  await verifier.warmup();
  const route = { maxHopCount: -1 };
  await expect(verifier.authenticate(sts.mint(), route)).rejects.toThrow(ConfigurationError);
  await expect(verifier.authorization(undefined, route)).rejects.toThrow(ConfigurationError);
  expect(decisions).toEqual([]);
});
