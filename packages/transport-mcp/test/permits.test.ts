import { agentMandate, delegatedMandate, type MintClaims } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { ConfigurationError, createKeyCache, type Requirements } from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { notingStore } from "./support/stores.js";
import { AUDIENCE, nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();

const scoped = { scope: "a b" };
const cases: readonly (readonly [MintClaims, Requirements, boolean])[] = [
  [scoped, {}, true],
  [scoped, { requiredScopes: [] }, true],
  [scoped, { requiredScopes: ["a"] }, true],
  [scoped, { requiredScopes: ["b", "a"] }, true],
  [scoped, { requiredScopes: ["a", "c"] }, false],
  [scoped, { requiredScopes: ["A"] }, false],
  [{ scope: undefined }, { requiredScopes: ["a"] }, false],
  [scoped, { requiredTargets: [AUDIENCE] }, true],
  [scoped, { requiredTargets: [`${AUDIENCE}/`] }, false],
  [scoped, { requireAgent: true }, false],
  [agentMandate(scoped), { requireAgent: true }, true],
  [agentMandate(scoped), { requireDelegation: true }, false],
  [delegatedMandate({ ...scoped, hops: 2 }), { requireDelegation: true }, true],
  [delegatedMandate({ ...scoped, hops: 2 }), { requireChainContains: ["app_1"] }, true],
  [delegatedMandate({ ...scoped, hops: 2 }), { requireChainContains: ["app_9"] }, false],
  [delegatedMandate({ ...scoped, hops: 2 }), { maxHopCount: 2 }, true],
  [delegatedMandate({ ...scoped, hops: 2 }), { maxHopCount: 1 }, false],
];

describe("permits", () => {
  test.each(cases)("%o, %o: %s", async (claims, route, permitted) => {
    const verifier = verifierFor(sts, { keyCache });
    const principal = principalOf(await verifier.authenticate(sts.mint(claims)));
    expect(verifier.permits(principal, route)).toBe(permitted);
    // As whoever judges says when the operation is called.
    expect(verdictOf(await verifier.recheck(principal, route)) === "ok").toBe(permitted);
  });

  test("the verifier's own requirements count, and those of a narrower one", async () => {
    const verifier = verifierFor(sts, { keyCache });
    const principal = principalOf(await verifier.authenticate(sts.mint(scoped)));
    const strict = verifierFor(sts, { keyCache, requiredScopes: ["c"] });
    expect(strict.permits(principal, { requiredScopes: ["a"] })).toBe(false);
    expect(verifier.require({ requireAgent: true }).permits(principal, {})).toBe(false);
    expect(verifier.permits(principal, { maxHopCount: 1_000 })).toBe(true);
  });

  test("neither the clock nor the store is asked", async () => {
    const revocations = new InMemoryRevocationStore();
    const clock = { ms: Date.now() };
    const exp = nowSeconds() + 60;
    const admitting = verifierFor(sts, { keyCache });
    const token = sts.mint({ ...scoped, sid: "s", exp });
    const principal = principalOf(await admitting.authenticate(token));
    const calls: string[] = [];
    const verifier = verifierFor(sts, {
      keyCache,
      now: () => clock.ms,
      revocations: notingStore(calls),
    });
    clock.ms = exp * 1_000 + 1;
    revocations.markRevoked("s");
    expect(verifier.permits(principal, { requiredScopes: ["a"] })).toBe(true);
    expect(calls).toEqual([]);
  });

  test.each<readonly [string, unknown]>([
    ["null", null],
    ["text", "a"],
    ["an unknown member", { requiredScope: ["a"] }],
    ["scopes in one text", { requiredScopes: "a b" }],
    ["a flag of text", { requireAgent: "true" }],
    ["a negative number of hops", { maxHopCount: -1 }],
  ])("a route of %s is an error", async (_name, route) => {
    const verifier = verifierFor(sts, { keyCache });
    const principal = principalOf(await verifier.authenticate(sts.mint(scoped)));
    expect(() => verifier.permits(principal, route as Requirements)).toThrow(ConfigurationError);
  });
});
