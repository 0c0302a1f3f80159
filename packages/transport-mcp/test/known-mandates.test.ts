import { delegatedMandate } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createKeyCache, type MandateVerifierOptions } from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { type Heard, hearing } from "./support/decisions.js";
import { SlowStore, storeOf } from "./support/stores.js";
import { AUDIENCE, nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile({ zones: ["zone_dev", "zone_b"] });
const keyCache = createKeyCache();

const ANCHORS = {
  sid: "anchor_sid",
  root_sid: "anchor_root",
  agent_session_id: "anchor_agent",
  delegation_edge_id: "anchor_edge",
};

/** Whether each decision so far was made without verifying a signature. */
function cachedOf({ decisions }: Heard): readonly boolean[] {
  return decisions.map(({ cached }) => cached);
}

/** A verifier that knows a mandate, the clock that it goes by, and what it says to it. */
async function warm(claims = {}, options: Partial<MandateVerifierOptions> = {}) {
  const clock = { ms: Date.now() };
  const revocations = new InMemoryRevocationStore();
  const now = () => clock.ms;
  const heard = hearing(sts, { keyCache, revocations, now, ...options });
  const token = sts.mint(delegatedMandate({ ...ANCHORS, ...claims }));
  const say = async () => verdictOf(await heard.verifier.authenticate(token));
  for (let time = 0; time < 3; time += 1) expect(await say()).toBe("ok");
  expect(cachedOf(heard)).toEqual([false, true, true]);
  return { ...heard, clock, revocations, token, say };
}

describe("a mandate that was verified is known from then on", () => {
  test("by every method and route, as the same frozen principal", async () => {
    const { verifier, decisions, token } = await warm({ scope: "a b" });
    const first = principalOf(await verifier.authenticate(token));
    const route = { requiredScopes: ["a"] };
    const others = [
      await verifier.authorization(`Bearer ${token}`),
      await verifier.authorization([`bearer   ${token}`]),
      await verifier.authenticate(token, route),
      await verifier.require(route).require({ requireAgent: true }).authenticate(token),
    ];
    for (const result of others) expect(principalOf(result)).toBe(first);
    expect(decisions.slice(1).map(({ cached }) => cached)).toEqual(Array(7).fill(true));
    const { mandate } = first;
    for (const part of [first, first.scopes, first.targets, mandate, mandate.aud]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });

  test("whatever came of it after its claims were verified", async () => {
    const revocations = storeOf({ isRevoked: () => true });
    const heard = hearing(sts, { keyCache, revocations, requiredScopes: ["a"] });
    const missing = sts.mint({ scope: "b" });
    const revoked = sts.mint({ scope: "a" });
    for (const token of [missing, revoked, missing, revoked]) {
      expect((await heard.verifier.authenticate(token)).ok).toBe(false);
    }
    expect(cachedOf(heard)).toEqual([false, false, true, true]);
  });

  test("also where keys and revocations are promised", async () => {
    const { find, warmup } = keyCache;
    const promised = { find: async (query: Parameters<typeof find>[0]) => find(query), warmup };
    const revocations = storeOf({ isRevoked: async () => false });
    await warm({}, { keyCache: promised, revocations });
  });

  test("but not its recheck, which has no token", async () => {
    const { verifier, decisions, token } = await warm();
    const principal = principalOf(await verifier.authenticate(token));
    await verifier.recheck(principal);
    expect(decisions.at(-1)).toMatchObject({ stage: "recheck", cached: false });
  });

  test("as a signature first, and from the second time on with its principal", async () => {
    const { authenticate } = verifierFor(sts, { keyCache });
    const token = sts.mint();
    const [first, second, third, fourth] = [
      principalOf(await authenticate(token)),
      principalOf(await authenticate(token)),
      principalOf(await authenticate(token)),
      principalOf(await authenticate(token)),
    ];
    expect(second).not.toBe(first);
    expect(second).toStrictEqual(first);
    expect([third, fourth].every((principal) => principal === second)).toBe(true);
  });

  test("not where it is switched off", async () => {
    const heard = hearing(sts, { keyCache, verifiedMandates: false });
    const token = sts.mint();
    for (let time = 0; time < 3; time += 1) await heard.verifier.authenticate(token);
    expect(cachedOf(heard)).toEqual([false, false, false]);
  });

  test("as a signature where there is no room for its principal", async () => {
    const heard = hearing(sts, { keyCache, verifiedMandates: { maxBytes: 65_536 } });
    const scope = Array.from({ length: 2_000 }, (_, index) => `s${index}`).join(" ");
    const token = sts.mint({ scope });
    const principals = [];
    for (let time = 0; time < 4; time += 1) {
      principals.push(principalOf(await heard.verifier.authenticate(token)));
    }
    expect(new Set(principals).size).toBe(4);
    expect(cachedOf(heard)).toEqual([false, true, true, true]);
  });

  test("until so many others came that it is forgotten", async () => {
    const heard = hearing(sts, { keyCache, verifiedMandates: { maxEntries: 1 } });
    const token = sts.mint();
    for (let time = 0; time < 3; time += 1) await heard.verifier.authenticate(token);
    for (let other = 0; other < 20; other += 1) {
      const next = sts.mint();
      await heard.verifier.authenticate(next);
      await heard.verifier.authenticate(next);
    }
    await heard.verifier.authenticate(token);
    expect(cachedOf(heard).slice(0, 3)).toEqual([false, true, true]);
    expect(cachedOf(heard).at(-1)).toBe(false);
  });
});

describe("what is refused before its claims were verified is verified each time", () => {
  test.each([
    ["encoding", sts.mint().concat("=")],
    ["algorithm", sts.mint({}, { header: { alg: "none" } })],
    ["key", sts.mint({}, { kid: "unknown" })],
    ["signature", sts.mint({}, { tamper: "signature" })],
    ["signature", sts.mint({}, { signWith: "foreign" })],
    ["audience", sts.mint({ aud: "https://other.example.com" })],
    ["expiry", sts.mint({ iat: nowSeconds() - 10, exp: nowSeconds() - 1 })],
    ["zone", sts.mint({ zone_id: "zone_b" })],
    ["size", "x".repeat(20_000)],
  ])("%s", async (check, token) => {
    const heard = hearing(sts, { keyCache });
    for (let time = 0; time < 3; time += 1) await heard.verifier.authenticate(token);
    expect(cachedOf(heard)).toEqual([false, false, false]);
    expect(heard.decisions.map((decision) => decision.check)).toEqual([check, check, check]);
  });
});

describe("what a known mandate is judged by each time", () => {
  test.each(Object.values(ANCHORS))("revocation: %s", async (anchor) => {
    const { decisions, revocations, say } = await warm();
    revocations.markRevoked(anchor);
    expect(await say()).toBe("session_revoked/revocation");
    expect(decisions.at(-1)).toMatchObject({ cached: true, zoneId: "zone_dev" });
  });

  test("the delegation epoch", async () => {
    const { revocations, say } = await warm();
    revocations.markDelegationEpoch("zone_dev", 1);
    expect(await say()).toBe("delegation_stale/epoch");
  });

  test("whether the store answers", async () => {
    let isUp = true;
    const isRevoked = () => (isUp ? false : undefined);
    const { say } = await warm({}, { revocations: storeOf({ isRevoked }) });
    isUp = false;
    expect(await say()).toBe("verification_unavailable/revocations_unavailable");
    isUp = true;
    expect(await say()).toBe("ok");
  });

  test("authority", async () => {
    const { verifier, token } = await warm({ scope: "a" });
    const under = async (route: object) => verdictOf(await verifier.authenticate(token, route));
    expect(await under({ requiredScopes: ["b"] })).toBe("insufficient_scope/scope");
    expect(await under({ maxHopCount: 0 })).toBe("hop_count_exceeded/hops");
    expect(await under({ requiredScopes: ["a"] })).toBe("ok");
  });

  test("the clock: expiry to the second, once and for all times that the clock says so", async () => {
    const { clock, decisions, say, token } = await warm();
    const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const at = async (ms: number) => {
      clock.ms = ms;
      return say();
    };
    expect(await at(exp * 1_000 - 1)).toBe("ok");
    expect(await at(exp * 1_000)).toBe("invalid_token/expiry");
    expect(decisions.at(-1)).toMatchObject({ cached: true, zoneId: undefined });
    expect(await at(exp * 1_000)).toBe("invalid_token/expiry");
    expect(decisions.at(-1)).toMatchObject({ cached: true, zoneId: undefined });
    expect(await at(Number.NaN)).toBe("invalid_token/expiry");
    expect(await at(exp * 1_000 - 1)).toBe("ok");
  });

  test("the clock: not before its time, where the clock was set back", async () => {
    const iat = nowSeconds();
    const { clock, say } = await warm({ iat, nbf: iat + 50, exp: iat + 900 });
    const at = async (seconds: number) => {
      clock.ms = seconds * 1_000;
      return say();
    };
    expect(await at(iat - 10)).toBe("ok");
    expect(await at(iat - 11)).toBe("invalid_token/time");
    expect(await at(iat - 61)).toBe("invalid_token/time");
    expect(await at(iat - 10)).toBe("ok");
  });
});

describe("a revocation that arrives in the midst of it counts from then on", () => {
  test("while the first verification is under way", async () => {
    const revocations = new InMemoryRevocationStore();
    let calls = 0;
    // The clock is read between the signature and the moment when the mandate is remembered.
    const now = () => {
      calls += 1;
      revocations.markRevoked("anchor_sid");
      return Date.now();
    };
    const { authenticate } = verifierFor(sts, { keyCache, revocations, now });
    const token = sts.mint(ANCHORS);
    expect(verdictOf(await authenticate(token))).toBe("session_revoked/revocation");
    expect(calls).toBe(1);
    expect(verdictOf(await authenticate(token))).toBe("session_revoked/revocation");
  });

  test("while the store is being asked", async () => {
    const revocations = new SlowStore();
    const { authenticate } = verifierFor(sts, {
      keyCache,
      revocations,
      revocationTimeoutMs: 9_999,
    });
    const token = sts.mint(ANCHORS);
    const first = authenticate(token);
    await revocations.asked;
    revocations.markRevoked("anchor_root");
    const second = authenticate(token);
    revocations.answer();
    // The first was asked about before: it may go either way. All later ones are refused.
    await first;
    for (const result of [await second, await authenticate(token)]) {
      expect(verdictOf(result)).toBe("session_revoked/revocation");
    }
  });
});

test("the other valid signature is another token of the same mandate, and ends with it", async () => {
  const { verifier, decisions, revocations, token } = await warm();
  const other = mirrored(token);
  expect(other).not.toBe(token);
  for (const cached of [false, true]) {
    expect(verdictOf(await verifier.authenticate(other))).toBe("ok");
    expect(decisions.at(-1)?.cached).toBe(cached);
  }
  revocations.markRevoked("anchor_edge");
  for (const each of [token, other]) {
    expect(verdictOf(await verifier.authenticate(each))).toBe("session_revoked/revocation");
  }
});

test("no token is taken for one that it resembles", async () => {
  const { verifier, token } = await warm();
  const [header = "", payload = "", signature = ""] = token.split(".");
  const resembling = [
    `${token}=`,
    `${token} `,
    ` ${token}`,
    token.slice(0, -1),
    `${header}.${payload}.`,
    `${header}.${payload}.${signature.slice(4)}AAAA`,
    `${header}.${payload.slice(0, -4)}.${signature}`,
    token.replace("e", "\u0165"),
    token.toLowerCase(),
  ];
  for (const each of resembling) {
    expect((await verifier.authenticate(each)).ok).toBe(false);
  }
});

test("verifiers of other options have their own answers, whoever is asked first", async () => {
  const iat = nowSeconds() + 30;
  const tokens = [
    sts.mint(),
    sts.mint({ iat, exp: iat + 900 }),
    sts.mint({ exp: nowSeconds() + 2_000 }),
    sts.mint({ aud: ["https://other.example.com", AUDIENCE] }),
    sts.mint({}, { zone: "zone_b" }),
  ];
  const variants: readonly Partial<MandateVerifierOptions>[] = [
    {},
    { audience: "https://other.example.com" },
    { issuer: "http://localhost:1" },
    { zoneId: "zone_b" },
    { zoneId: ["zone_dev", "zone_b"] },
    { clockToleranceSeconds: 0 },
    { maxLifetimeSeconds: 1_000 },
  ];
  const seen = new Set<string>();
  const verifiers = variants.map((options) => verifierFor(sts, { keyCache, ...options }));
  for (let round = 0; round < 3; round += 1) {
    for (const [at, verifier] of verifiers.entries()) {
      const fresh = verifierFor(sts, { keyCache, ...variants[at], verifiedMandates: false });
      for (const token of tokens) {
        const expected = verdictOf(await fresh.authenticate(token));
        expect(verdictOf(await verifier.authenticate(token))).toBe(expected);
        seen.add(expected);
      }
    }
  }
  expect(seen.size).toBeGreaterThan(5);
});

/** The same token with s replaced by n - s. */
function mirrored(token: string): string {
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const end = token.lastIndexOf(".") + 1;
  const signature = Buffer.from(token.slice(end), "base64url");
  const s = order - BigInt(`0x${signature.subarray(32).toString("hex")}`);
  signature.write(s.toString(16).padStart(64, "0"), 32, "hex");
  return token.slice(0, end) + signature.toString("base64url");
}
