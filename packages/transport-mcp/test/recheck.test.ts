import { delegatedMandate } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  checkActiveAuthority,
  createKeyCache,
  type MandateVerifier,
  type Principal,
  type Requirements,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { notingStore } from "./support/stores.js";
import { nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const keyCache = createKeyCache();
const EXPIRED = "invalid_token/expiry";

interface Setup {
  readonly verifier: MandateVerifier;
  readonly revocations: InMemoryRevocationStore;
  readonly principal: Principal;
  /** Milliseconds since the epoch, as the verifier's clock says. */
  readonly clock: { ms: number };
  readonly expiresAtMs: number;
}

async function setUp(): Promise<Setup> {
  const clock = { ms: Date.now() };
  const revocations = new InMemoryRevocationStore();
  const verifier = verifierFor(sts, { revocations, keyCache, now: () => clock.ms });
  const claims = { scope: "a", sid: "session_1", exp: nowSeconds() + 60 };
  const token = sts.mint(delegatedMandate(claims));
  const principal = principalOf(await verifier.authenticate(token));
  return { verifier, revocations, principal, clock, expiresAtMs: principal.expiresAt * 1_000 };
}

describe("recheck", () => {
  test("answers with the same principal while it holds", async () => {
    const { verifier, principal } = await setUp();
    expect(await verifier.recheck(principal)).toStrictEqual({ ok: true, principal });
    const result = await verifier.recheck(principal, { requiredScopes: ["a"] });
    expect(principalOf(result)).toBe(principal);
  });

  test("judges by the mandate, whatever a copy of the principal says beside it", async () => {
    const { verifier, principal } = await setUp();
    const route = { requiredScopes: ["b"] };
    const copy = { ...principal, scope: "a b", scopes: ["a", "b"] };
    expect(verdictOf(await verifier.recheck(copy, route))).toBe("insufficient_scope/scope");
    expect(verifier.permits(copy, route)).toBe(false);
  });

  test("expired from the second exp on, without tolerance", async () => {
    const { verifier, principal, clock, expiresAtMs } = await setUp();
    const at = async (ms: number) => {
      clock.ms = ms;
      return verdictOf(await verifier.recheck(principal));
    };
    expect(await at(expiresAtMs - 1)).toBe("ok");
    expect(await at(expiresAtMs)).toBe(EXPIRED);
    expect(await at(expiresAtMs + 1)).toBe(EXPIRED);
  });

  test.each<readonly [Requirements, string]>([
    [{ requiredScopes: ["b"] }, "insufficient_scope/scope"],
    [{ requiredTargets: ["t"] }, "invalid_token/target"],
    [{ requireChainContains: ["app_9"] }, "chain_mismatch/chain"],
    [{ maxHopCount: 0 }, "hop_count_exceeded/hops"],
    [{ requireAgent: true, requireDelegation: true, requireChainIntegrity: true }, "ok"],
  ])("authority for a further operation: %o", async (route, verdict) => {
    const { verifier, principal } = await setUp();
    expect(verdictOf(await verifier.recheck(principal, route))).toBe(verdict);
    expect(verdictOf(await verifier.require(route).recheck(principal))).toBe(verdict);
  });

  test("revocation", async () => {
    const { verifier, principal, revocations } = await setUp();
    revocations.markDelegationEpoch("zone_dev", 1);
    expect(verdictOf(await verifier.recheck(principal))).toBe("delegation_stale/epoch");
    revocations.markRevoked("session_1");
    expect(verdictOf(await verifier.recheck(principal))).toBe("session_revoked/revocation");
  });

  test("the clock first, then authority, then revocation", async () => {
    const { verifier, principal, revocations, clock, expiresAtMs } = await setUp();
    const route = { requiredScopes: ["b"] };
    revocations.markRevoked("session_1");
    expect(verdictOf(await verifier.recheck(principal, route))).toBe("insufficient_scope/scope");
    clock.ms = expiresAtMs;
    expect(verdictOf(await verifier.recheck(principal, route))).toBe(EXPIRED);
  });
});

describe("checkActiveAuthority", () => {
  test("answers with who is calling while the mandate holds", async () => {
    const { principal, revocations } = await setUp();
    expect(await checkActiveAuthority(principal.mandate, revocations)).toStrictEqual({
      ok: true,
      principal,
    });
  });

  test("at a given time", async () => {
    const { principal, revocations, expiresAtMs } = await setUp();
    const at = async (nowMs: unknown) =>
      verdictOf(await checkActiveAuthority(principal.mandate, revocations, nowMs as number));
    expect(await at(undefined)).toBe("ok");
    expect(await at(expiresAtMs - 0.5)).toBe("ok");
    for (const time of [
      expiresAtMs,
      Infinity,
      Number.NaN,
      -Infinity,
      null,
      "0",
      0n,
      {},
      Symbol(),
    ]) {
      expect(await at(time), String(time)).toBe(EXPIRED);
    }
  });

  test("revocation, which an expired mandate is not worth", async () => {
    const { principal, revocations, expiresAtMs } = await setUp();
    const calls: string[] = [];
    await checkActiveAuthority(principal.mandate, notingStore(calls), expiresAtMs);
    expect(calls).toEqual([]);
    revocations.markRevoked("session_1");
    expect(verdictOf(await checkActiveAuthority(principal.mandate, revocations))).toBe(
      "session_revoked/revocation",
    );
  });
});
