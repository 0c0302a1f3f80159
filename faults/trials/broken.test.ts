import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SeededChoices } from "../../fuzz/support/choices.js";
import type { Fault } from "../plan/fault.js";
import { planOf } from "../plan/make-plan.js";
import type { InstancePlan, Plan } from "../plan/plan.js";
import { BROKEN_CASES, letsIn } from "../variants/broken-cases.js";
import { Targets } from "../world/targets.js";
import { inLanes } from "./in-lanes.js";
import { runTrial, type TrialResult } from "./run-trial.js";

// What tells right from wrong has to tell: each defect is found by a trial with one fault.

let targets: Targets;
/** More at a time keep one another from answering, on a machine that is busy. */
const LANES = 4;
const results = new Map<string, Promise<TrialResult>>();
beforeAll(async () => {
  targets = await Targets.create();
  const inLane = inLanes(LANES);
  for (const { name, variation, kind, fault, rule, isShown } of BROKEN_CASES) {
    // What is let in late is seen by then.
    const options = { variation, healWithinMs: rule === "lost" ? 2_000 : 0, isShown };
    const result = inLane(() => runTrial(plan(kind, fault), targets, options));
    // It is reported by the test that waits for it.
    result.catch(() => {});
    results.set(name, result);
  }
});
afterAll(async () => {
  await Promise.allSettled(results.values());
  await targets.close();
});

describe("the harness finds", () => {
  const named = BROKEN_CASES.map(({ name, rule }) => [name, rule] as const);
  test.each(named)("%s", { timeout: 90_000 }, async (name, rule) => {
    const result = await results.get(name);
    const breaches = result?.breaches ?? [];
    expect(letsIn(breaches, rule), JSON.stringify(breaches.slice(0, 10))).toBe(true);
  });
});

function plan(kind: InstancePlan["kind"], fault: Fault): Plan {
  const base = planOf("cut", new SeededChoices(1, 0));
  const instances = base.instances.map((it) => ({ ...it, kind, maxStalenessMs: 1_000 }));
  return { ...base, instances, faults: [{ at: 0, fault }] };
}
