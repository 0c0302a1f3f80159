import { captureRequirements, type Requirements } from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { stsOfFile, verifierFor } from "./support/sts.js";
import { principalOf, verdictOf } from "./support/verdict.js";

const sts = await stsOfFile();
const route = captureRequirements({ requiredScopes: ["a"], maxHopCount: 3 });

describe("a verifier is narrowed once by requirements that were captured", () => {
  test("whoever asks, and however often", () => {
    const verifier = verifierFor(sts);
    const { require } = verifier;
    expect(require(route)).toBe(require(route));
    expect(verifier.require(captureRequirements(route))).toBe(require(route));
    expect(require(route).defaults).toMatchObject({ requiredScopes: ["a"], maxHopCount: 3 });
  });

  test("each verifier by itself", () => {
    const [one, other] = [verifierFor(sts), verifierFor(sts, { requiredScopes: ["b"] })];
    expect(one.require(route).defaults.requiredScopes).toEqual(["a"]);
    expect(other.require(route).defaults.requiredScopes).toEqual(["b", "a"]);
    expect(one.require(route).defaults.requiredScopes).toEqual(["a"]);
  });

  test("not one that was narrowed: orders of requirements are without end", () => {
    const narrowed = verifierFor(sts, { requiredScopes: ["b"] }).require(route);
    const more = captureRequirements({ requireAgent: true });
    expect(narrowed.require(more)).not.toBe(narrowed.require(more));
    expect(narrowed.require(more).defaults).toStrictEqual(narrowed.require(more).defaults);
    expect(narrowed.require(more).defaults).toMatchObject({
      requiredScopes: ["b", "a"],
      requireAgent: true,
      maxHopCount: 3,
    });
  });

  test("requirements that are captured again stay what they are", () => {
    expect(captureRequirements(route)).toBe(route);
    expect(captureRequirements({ ...route })).not.toBe(route);
  });

  test("given with a request, they count as well", async () => {
    const { authenticate, permits, recheck } = verifierFor(sts);
    const principal = principalOf(await authenticate(sts.mint({ scope: "b" })));
    for (let time = 0; time < 2; time += 1) {
      expect(verdictOf(await authenticate(sts.mint({ scope: "b" }), route))).toBe(
        "insufficient_scope/scope",
      );
      expect(verdictOf(await authenticate(sts.mint({ scope: "a" }), route))).toBe("ok");
      expect(verdictOf(await recheck(principal, route))).toBe("insufficient_scope/scope");
      expect(permits(principal, route)).toBe(false);
    }
  });
});

test("requirements that were not captured are read each time, frozen or not", () => {
  const { require } = verifierFor(sts);
  const own: { requiredScopes: string[] } = { requiredScopes: ["a"] };
  expect(require(own).defaults.requiredScopes).toEqual(["a"]);
  own.requiredScopes.push("b");
  expect(require(own).defaults.requiredScopes).toEqual(["a", "b"]);
  const frozen: Requirements = Object.freeze(own);
  own.requiredScopes.push("c");
  expect(require(frozen).defaults.requiredScopes).toEqual(["a", "b", "c"]);
  expect(require(frozen)).not.toBe(require(frozen));
});
