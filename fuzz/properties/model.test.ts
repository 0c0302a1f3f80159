import type { MandateVerifierOptions } from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { signedCase } from "../generators/signed-case.js";
import { modelVerdict } from "../model/model-of-token.js";
import { STEPS } from "../model/model-order.js";
import { wordOf } from "../support/answer.js";
import { SeededChoices } from "../support/choices.js";
import { AUDIENCE, NOW, verifierOf, ZONE_SETS } from "../support/world.js";
import { holdsFor } from "./check-property.js";

test("the verifier and the model agree on outcome and check", () =>
  holdsFor(5_000, async (choices) => {
    const input = signedCase(choices);
    const result = await verifierOf(input.zones).authenticate(input.token, input.route);
    expect(wordOf(result)).toBe(modelVerdict(input));
  }));

test("the cases reach every check behind the encoding, and acceptance", () => {
  const reached = new Map<string, number>();
  for (let index = 0; index < 5_000; index += 1) {
    const verdict = modelVerdict(signedCase(new SeededChoices(3, index)));
    reached.set(verdict, (reached.get(verdict) ?? 0) + 1);
  }
  expect(reached.get("ok")).toBeGreaterThan(250);
  const checks = new Set([...reached.keys()].map((verdict) => verdict.split("/")[1]));
  const behind = STEPS.filter(
    (step) => !["bearer", "size", "encoding", "signature"].includes(step),
  );
  for (const step of behind) expect(checks).toContain(step.split(" ")[0]);
});

/** Verifiers that are a little wrong on purpose. */
const wrong: readonly (readonly [string, Partial<MandateVerifierOptions>])[] = [
  ["a second ahead", { now: () => (NOW + 1) * 1_000 }],
  ["a second behind", { now: () => (NOW - 1) * 1_000 }],
  ["a second more of tolerance", { clockToleranceSeconds: 61 }],
  ["a second less of tolerance", { clockToleranceSeconds: 59 }],
  ["a second more of lifetime", { maxLifetimeSeconds: 3_601 }],
  ["a second less of lifetime", { maxLifetimeSeconds: 3_599 }],
  ["a hop more", { maxHopCount: 11 }],
  ["a hop less", { maxHopCount: 9 }],
  ["another audience", { audience: `${AUDIENCE}/` }],
  ["a requirement of its own", { requireAgent: true }],
];

describe("the model tells a verifier that is a little wrong", () => {
  test.each(wrong)("%s", async (_name, options) => {
    const verifiers = new Map(
      ZONE_SETS.map((zones) => [zones, verifierOf(zones, options)] as const),
    );
    let found = false;
    for (let index = 0; index < 20_000 && !found; index += 1) {
      const input = signedCase(new SeededChoices(4, index));
      const verifier = verifiers.get(input.zones) ?? verifierOf(input.zones, options);
      const result = await verifier.authenticate(input.token, input.route);
      found = wordOf(result) !== modelVerdict(input);
    }
    expect(found).toBe(true);
  });
});
