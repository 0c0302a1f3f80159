import { afterAll, beforeAll, expect, test } from "vitest";
import { SeededChoices } from "../../fuzz/support/choices.js";
import { planOf } from "../plan/make-plan.js";
import { FAMILIES } from "../plan/plan.js";
import { Targets } from "../world/targets.js";
import { inLanes } from "./in-lanes.js";
import { runTrial, type TrialResult } from "./run-trial.js";

// A few trials of each family; `make faults` runs a thousand and more. A failure tells its plan.

const SEED = Number(process.env.FAULTS_SEED ?? 1);
const TRIALS = 2;
const LANES = 8;

const trials = FAMILIES.flatMap((family) =>
  Array.from({ length: TRIALS }, (_, index) => {
    const plan = planOf(family, new SeededChoices(SEED, index));
    return { name: `${family}: trial ${index} of seed ${SEED}`, plan };
  }),
);

let targets: Targets;
const results = new Map<string, Promise<TrialResult>>();
beforeAll(async () => {
  targets = await Targets.create();
  const inLane = inLanes(LANES);
  for (const { name, plan } of trials) {
    const result = inLane(() => runTrial(plan, targets));
    // It is reported by the test that waits for it.
    result.catch(() => {});
    results.set(name, result);
  }
});
afterAll(async () => {
  await Promise.allSettled(results.values());
  await targets.close();
});

test.each(trials)("$name", { timeout: 180_000 }, async ({ name, plan }) => {
  const result = await results.get(name);
  expect(result?.breaches, JSON.stringify(plan)).toEqual([]);
});
