import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SeededChoices } from "../../fuzz/support/choices.js";
import type { Fault } from "../plan/fault.js";
import { planOf } from "../plan/make-plan.js";
import type { InstancePlan, Plan } from "../plan/plan.js";
import {
  ACKNOWLEDGES_FIRST,
  BELIEVES_REDIS,
  CACHES,
  FAILS_OPEN,
  FORGETS_FAILED_WRITES,
  NEVER_STALE,
  TAKES_OVER_NOTHING,
} from "../variants/broken.js";
import type { Variation } from "../variants/variation.js";
import { Targets } from "../world/targets.js";
import { runTrial, type TrialResult } from "./run-trial.js";

// What tells right from wrong has to tell: each defect is found by a trial with one fault.

let targets: Targets;
const freeze: Fault = { kind: "freeze", ms: 1_500 };
const silence: Fault = { kind: "silence", hit: "all", lines: ["own"], ms: 2_500 };
const slow: Fault = { kind: "slow", hit: "all", lines: ["own"], delayMs: 20, ms: 1_500 };
// Too slow for a question, and not for a write: the consumers are ready all the while.
const slowStore: Fault = { ...slow, lines: ["shared"], delayMs: 150 };
const memory: Fault = { kind: "memory", ms: 500 };
const flush: Fault = { kind: "flush", command: ["FLUSHALL"] };
const kill: Fault = {
  kind: "crash",
  instance: 0,
  point: { line: "own", after: 3, moment: "after" },
  restartMs: 0,
};

const killWhileWriting: Fault = {
  ...kill,
  point: { line: "shared", after: 3, moment: "before" },
};

type Case = readonly [string, Variation, InstancePlan["kind"], Fault, string];
const cases: readonly Case[] = [
  ["a store that fails open", FAILS_OPEN, "store", slowStore, "late"],
  [
    "a replica behind which there is something that fails open",
    FAILS_OPEN,
    "replica",
    freeze,
    "late",
  ],
  ["a replica that ignores how old it is", NEVER_STALE, "replica", silence, "late"],
  ["a consumer that acknowledges before it writes", ACKNOWLEDGES_FIRST, "store", kill, "lost"],
  [
    "consumers that leave alone what a killed one held",
    TAKES_OVER_NOTHING,
    "store",
    killWhileWriting,
    "lost",
  ],
  [
    "a consumer that takes a failed write for a written one",
    FORGETS_FAILED_WRITES,
    "store",
    memory,
    "lost",
  ],
  ["a cache before the store", CACHES, "store", slow, "late"],
  ["a replica that believes an emptied Redis", BELIEVES_REDIS, "replica", flush, "late"],
];

const results = new Map<string, Promise<TrialResult>>();
beforeAll(async () => {
  targets = await Targets.create();
  for (const [name, variation, kind, fault] of cases) {
    const result = runTrial(plan(kind, fault), targets, { variation, healWithinMs: 2_000 });
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
  test.each(cases)("%s", { timeout: 90_000 }, async (...[name, , , , rule]) => {
    const result = await results.get(name);
    // A busy machine may leave somebody without an answer: that would be no sign of the defect.
    const letIn = result?.breaches.filter(({ detail }) => detail.startsWith("accepted"));
    expect(new Set(letIn?.map((breach) => breach.rule))).toContain(rule);
  });
});

function plan(kind: InstancePlan["kind"], fault: Fault): Plan {
  const base = planOf("cut", new SeededChoices(1, 0));
  const instances = base.instances.map((it) => ({ ...it, kind, maxStalenessMs: 1_000 }));
  return { ...base, instances, faults: [{ at: 0, fault }] };
}
