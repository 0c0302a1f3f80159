import { agentMandate } from "@caracalai/dev-sts";
import {
  ConfigurationError,
  createKeyCache,
  type Principal,
  type Requirements,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { hearing } from "./support/decisions.js";
import { storeOf } from "./support/stores.js";
import { stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();

async function principalWith(scope: string): Promise<Principal> {
  const { authenticate } = verifierFor(sts, { keyCache });
  return principalOf(await authenticate(sts.mint(agentMandate({ scope, target: ["t"] }))));
}

describe("whether a principal may use something is its authority alone", () => {
  test.each<readonly [Requirements, boolean]>([
    [{}, true],
    [{ requiredScopes: ["a"] }, true],
    [{ requiredScopes: ["a", "b"] }, false],
    [{ requiredTargets: ["t"] }, true],
    [{ requiredTargets: ["u"] }, false],
    [{ requireAgent: true }, true],
    [{ requireDelegation: true }, false],
    [{ requireChainContains: ["app_9"] }, false],
    [{ maxHopCount: 0 }, true],
  ])("%o: %s, as a recheck says", async (route, expected) => {
    const verifier = verifierFor(sts, { keyCache });
    const principal = await principalWith("a");
    expect(verifier.permits(principal, route)).toBe(expected);
    expect(verifier.require(route).permits(principal)).toBe(expected);
    expect((await verifier.recheck(principal, route)).ok).toBe(expected);
  });

  test("a route narrows the defaults", async () => {
    const { permits } = verifierFor(sts, { keyCache, requiredScopes: ["b"] });
    expect(permits(await principalWith("a"), { requiredScopes: ["a"] })).toBe(false);
    expect(permits(await principalWith("a b"), { requiredScopes: ["a"] })).toBe(true);
  });

  test("it asks neither clock nor store, and is no decision", async () => {
    const principal = await principalWith("a");
    const asked: string[] = [];
    const { verifier, decisions } = hearing(sts, {
      keyCache,
      now: () => {
        asked.push("clock");
        return Infinity;
      },
      revocations: storeOf({ isRevoked: () => asked.push("store") > 0 }),
    });
    expect(verifier.permits(principal, { requiredScopes: ["a"] })).toBe(true);
    expect(verifier.permits(principal, { requiredScopes: ["b"] })).toBe(false);
    expect(asked).toEqual([]);
    expect(decisions).toEqual([]);
    // The same principal, when it comes to running something.
    expect(verdictOf(await verifier.recheck(principal))).toBe("invalid_token/expiry");
  });

  test("a malformed route throws", async () => {
    const { permits } = verifierFor(sts, { keyCache });
    const principal = await principalWith("a");
    for (const route of [null, { requiredScopes: "a" }, { requireScopes: ["a"] }]) {
      expect(() => permits(principal, route as unknown as Requirements)).toThrow(
        ConfigurationError,
      );
    }
  });
});
