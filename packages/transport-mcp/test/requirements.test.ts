import { agentMandate, delegatedMandate, type MintClaims } from "@caracalai/dev-sts";
import {
  ConfigurationError,
  captureRequirements,
  createMandateVerifier,
  type Principal,
  type Requirements,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { Seeded } from "./support/seeded.js";
import { AUDIENCE, optionsFor, stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();

const NOTHING = {
  requiredScopes: [],
  requiredTargets: [],
  requireAgent: false,
  requireDelegation: false,
  requireChainContains: [],
  requireChainIntegrity: false,
  maxHopCount: 10,
};

const EVERYTHING = {
  requiredScopes: ["a", "b"],
  requiredTargets: ["t", "u"],
  requireAgent: true,
  requireDelegation: true,
  requireChainContains: ["app_1", "app_2"],
  requireChainIntegrity: true,
  maxHopCount: 3,
};

const UNDEFINED: Requirements = {
  requiredScopes: undefined,
  requiredTargets: undefined,
  requireAgent: undefined,
  requireDelegation: undefined,
  requireChainContains: undefined,
  requireChainIntegrity: undefined,
  maxHopCount: undefined,
};

/** Name, defaults, route, what they come to. */
const pairs: readonly (readonly [string, Requirements, Requirements, object])[] = [
  ["nothing and nothing", {}, {}, NOTHING],
  ["undefined is as the default", EVERYTHING, UNDEFINED, EVERYTHING],
  ["undefined defaults", UNDEFINED, UNDEFINED, NOTHING],
  ["a route alone", {}, EVERYTHING, EVERYTHING],
  ["nothing takes nothing away", EVERYTHING, { ...NOTHING, maxHopCount: 99 }, EVERYTHING],
  [
    "lists are united, each item once, defaults first",
    { requiredScopes: ["b"], requiredTargets: ["t"], requireChainContains: ["x", "x"] },
    { requiredScopes: ["a", "b"], requiredTargets: ["u"], requireChainContains: ["y", "x"] },
    {
      ...NOTHING,
      requiredScopes: ["b", "a"],
      requiredTargets: ["t", "u"],
      requireChainContains: ["x", "y"],
    },
  ],
  [
    "flags are or-ed",
    { requireAgent: true, requireDelegation: false },
    { requireAgent: false, requireDelegation: true, requireChainIntegrity: true },
    { ...NOTHING, requireAgent: true, requireDelegation: true, requireChainIntegrity: true },
  ],
  ["a smaller hop limit", { maxHopCount: 5 }, { maxHopCount: 2 }, { ...NOTHING, maxHopCount: 2 }],
  ["a larger hop limit", { maxHopCount: 2 }, { maxHopCount: 5 }, { ...NOTHING, maxHopCount: 2 }],
  ["above the default hop limit", {}, { maxHopCount: 11 }, NOTHING],
  ["no hops", { maxHopCount: 0 }, {}, { ...NOTHING, maxHopCount: 0 }],
];

describe("a route narrows the defaults", () => {
  test.each(pairs)("%s", (_name, defaults, route, expected) => {
    const verifier = verifierFor(sts, defaults);
    expect(verifier.require(route).defaults).toStrictEqual(expected);
    expect(verifier.require({}).require(route).defaults).toStrictEqual(expected);
    expect(verifier.defaults).toStrictEqual(verifierFor(sts, defaults).defaults);
  });

  test("defaults are frozen, lists included", () => {
    const { defaults } = verifierFor(sts, EVERYTHING).require(EVERYTHING);
    expect([defaults, ...Object.values(defaults)].every(Object.isFrozen)).toBe(true);
  });

  test("a narrower verifier keeps issuer and audience and shares the keys", async () => {
    const requests = sts.keySetRequests();
    const verifier = verifierFor(sts);
    const { require } = verifier;
    const narrower = require({ requireAgent: true });
    expect(narrower).toMatchObject({ issuer: sts.issuer, audience: AUDIENCE });
    expect(verdictOf(await narrower.authenticate(sts.mint()))).toBe("agent_required/agent");
    expect(verdictOf(await verifier.authenticate(sts.mint()))).toBe("ok");
    expect(sts.keySetRequests() - requests).toBe(1);
  });
});

const malformed: readonly (readonly [unknown, RegExp])[] = [
  [null, /^requirements: has to be an object/],
  ["notes:read", /^requirements: has to be an object/],
  [["notes:read"], /^requirements: has to be an object/],
  [{ requireScopes: ["a"] }, /^requirements: unknown option requireScopes; known: requiredScopes/],
  [{ audience: "x" }, /^requirements: unknown option audience/],
  [{ now: () => 0 }, /^requirements: unknown option now/],
  [{ requiredScopes: "a" }, /^requiredScopes has to be a list/],
  [{ requiredScopes: ["a b"] }, /^requiredScopes: "a b" is not one scope/],
  [{ requiredTargets: [""] }, /^requiredTargets\[0\] has to be/],
  [{ requireAgent: 1 }, /^requireAgent has to be/],
  [{ requireDelegation: "yes" }, /^requireDelegation has to be/],
  [{ requireChainContains: ["a", null] }, /^requireChainContains\[1\] has to be/],
  [{ requireChainIntegrity: null }, /^requireChainIntegrity has to be/],
  [{ maxHopCount: -1 }, /^maxHopCount has to be/],
];

describe("a malformed route", () => {
  test.each(malformed)("%o", async (value, message) => {
    const route = value as Requirements;
    const { authenticate, authorization, recheck, require } = verifierFor(sts);
    const principal = principalOf(await authenticate(sts.mint()));

    for (const call of [() => captureRequirements(route), () => require(route)]) {
      expect(call).toThrow(ConfigurationError);
      expect(call).toThrow(message);
    }
    // Whatever the token is: the mistake is the operator's.
    for (const answer of [
      authenticate("", route),
      authenticate(sts.mint(), route),
      authorization(undefined, route),
      recheck(principal, route),
    ]) {
      await expect(answer).rejects.toThrow(ConfigurationError);
    }
  });
});

describe("captureRequirements", () => {
  test("holds what was given, frozen, whatever becomes of the object", () => {
    const route = { requiredScopes: ["a"], maxHopCount: 2 };
    const captured = captureRequirements(route);
    route.requiredScopes.push("b");
    route.maxHopCount = 9;
    expect(captured).toStrictEqual({ ...NOTHING, requiredScopes: ["a"], maxHopCount: 2 });
    expect([captured, captured.requiredScopes].every(Object.isFrozen)).toBe(true);
  });

  test("leaves the hop limit to the verifier where there is none", () => {
    const captured = captureRequirements({});
    expect(captured).toStrictEqual({ ...NOTHING, maxHopCount: undefined });
    expect(verifierFor(sts, { maxHopCount: 20 }).require(captured).defaults.maxHopCount).toBe(20);
  });
});

describe("no route can widen the defaults", () => {
  const random = new Seeded(1);
  const SCOPES = ["a", "b", "c"];
  const TARGETS = ["t", "u"];
  const APPS = ["app_1", "app_2", "app_dev"];

  const randomRequirements = (): Requirements => ({
    ...(random.below(2) && { requiredScopes: random.some(SCOPES) }),
    ...(random.below(3) === 0 && { requiredTargets: random.some(TARGETS) }),
    ...(random.below(3) === 0 && { requireChainContains: random.some(APPS) }),
    ...(random.below(2) && { requireAgent: random.below(3) === 0 }),
    ...(random.below(2) && { requireDelegation: random.below(3) === 0 }),
    ...(random.below(2) && { requireChainIntegrity: random.below(3) === 0 }),
    ...(random.below(2) && { maxHopCount: random.below(5) }),
  });

  const randomClaims = (): MintClaims => {
    const granted = { scope: random.some(SCOPES).join(" "), target: random.some(TARGETS) };
    return random.oneOf([
      granted,
      agentMandate(granted),
      delegatedMandate({ hops: 1 + random.below(4), ...granted }),
      { hop_count: random.below(5), ...granted },
    ]);
  };

  test("1,000 pairs: let in by both is let in, refused by either is refused", async () => {
    const any = createMandateVerifier(optionsFor(sts, { maxHopCount: 1_000 }));
    const principals: Principal[] = [];
    while (principals.length < 40) {
      principals.push(principalOf(await any.authenticate(sts.mint(randomClaims()))));
    }

    const tally = { ok: 0, refused: 0 };
    for (let pair = 0; pair < 1_000; pair += 1) {
      const [first, second] = [randomRequirements(), randomRequirements()];
      const limits = { maxHopCount: 1_000 };
      const defaults = any.require({ ...limits, ...first });
      const route = any.require({ ...limits, ...second });
      const principal = random.oneOf(principals);

      const byDefaults = await defaults.recheck(principal);
      const byRoute = await route.recheck(principal);
      const byBoth = await defaults.recheck(principal, second);
      expect(byBoth.ok, JSON.stringify([first, second, principal.mandate])).toBe(
        byDefaults.ok && byRoute.ok,
      );
      expect(verdictOf(await defaults.require(second).recheck(principal))).toBe(verdictOf(byBoth));
      tally[byBoth.ok ? "ok" : "refused"] += 1;
    }
    // The property would hold for nothing at all, too.
    expect(Math.min(tally.ok, tally.refused)).toBeGreaterThan(50);
  });
});
