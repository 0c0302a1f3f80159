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

// What tells right from wrong has to tell: each defect is found by a trial with one fault, of three.

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
  for (const each of cases) {
    const result = tryOut(each, 0);
    // It is reported by the test that waits for it.
    result.catch(() => {});
    results.set(each[0], result);
  }
});
afterAll(async () => {
  await Promise.allSettled(results.values());
  await targets.close();
});

/** Where the machine is busy, a trial may end before the defect has come to anything. */
const ATTEMPTS = 3;

describe("the harness finds", () => {
  test.each(cases)("%s", { timeout: 240_000 }, async (...each) => {
    const [name, , , , rule] = each;
    let broken = rulesBroken(await results.get(name));
    for (let attempt = 1; attempt < ATTEMPTS && !broken.has(rule); attempt += 1) {
      broken = rulesBroken(await tryOut(each, attempt));
    }
    expect(broken).toContain(rule);
  });
});

/** A busy machine may leave somebody without an answer: that would be no sign of the defect. */
function rulesBroken(result: TrialResult | undefined): ReadonlySet<string> {
  const letIn = result?.breaches.filter(({ detail }) => detail.startsWith("accepted"));
  return new Set(letIn?.map((breach) => breach.rule));
}

function tryOut([, variation, kind, fault]: Case, number: number): Promise<TrialResult> {
  return runTrial(plan(kind, fault, number), targets, { variation, healWithinMs: 2_000 });
}

function plan(kind: InstancePlan["kind"], fault: Fault, number: number): Plan {
  const base = planOf("cut", new SeededChoices(1, number));
  const instances = base.instances.map((it) => ({ ...it, kind, maxStalenessMs: 1_000 }));
  return { ...base, instances, faults: [{ at: 0, fault }] };
}
