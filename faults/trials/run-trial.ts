import { setTimeout as sleep } from "node:timers/promises";
import type { Breach } from "../history/breach.js";
import type { History } from "../history/history.js";
import { IndexedHistory } from "../history/indexed-history.js";
import { judgeEnd, judgeTrial } from "../history/judge-trial.js";
import type { Plan } from "../plan/plan.js";
import { AS_DEPLOYED, type Variation } from "../variants/variation.js";
import { Checker } from "../world/checker.js";
import { Injector, MOST_DELAY_MS } from "../world/injector.js";
import { Recorder } from "../world/recorder.js";
import type { Targets } from "../world/targets.js";
import { World } from "../world/world.js";

/** Before the first fault there are revocations that are older than a second. */
const WARM_UP_MS = 1_200;
/** After the last fault, events go on for as long. */
const AFTERGLOW_MS = 300;
/** Of a time that is waited, how many times that much may be added for what was stalled. */
const MOST_PATIENCE = 4;
/** How long the instances may take to be ready at first: as long as they may take to be so again. */
const START_WITHIN_MS = 60_000;

export interface TrialResult {
  readonly breaches: readonly Breach[];
  readonly history: History;
}

/** What may be different in a trial. */
export interface TrialOptions {
  readonly variation?: Variation;
  /** How long everything may take to be in order again, in milliseconds. */
  readonly healWithinMs?: number;
  /**
   * Whether there is to be seen what the trial is for: else faults last, or come again, and the trial goes
   * on in the end, for half a minute longer at the most.
   */
  readonly isShown?: (history: History) => boolean;
}

/** Runs one trial, and judges what was seen. */
export async function runTrial(
  plan: Plan,
  targets: Targets,
  { variation = AS_DEPLOYED, healWithinMs = 60_000, isShown = () => true }: TrialOptions = {},
): Promise<TrialResult> {
  const recorder = new Recorder();
  const stopWatching = recorder.watchStalls();
  const world = await World.create(plan, targets, recorder, variation);
  const checker = new Checker(targets.all, recorder, plan.pausesMs[0] ?? 0);
  try {
    await untilReady(world);
    const checking = checker.run(() => world.instances);
    const producing = world.producer.run(plan.pausesMs);
    await sleep(WARM_UP_MS);
    await injectAll(plan, new Injector(world, () => isShown(recorder.history([]))));
    recorder.healedAt = performance.now();
    await sleep(AFTERGLOW_MS);
    world.producer.stop();
    await producing;
    checker.stop();
    await checking;
    const history = await untilHealed(world, checker, { healWithinMs, isShown });
    return { breaches: judgeTrial(history), history };
  } finally {
    checker.stop();
    await world.stop();
    stopWatching();
  }
}

async function untilReady({ instances }: World): Promise<void> {
  for (const end = performance.now() + START_WITHIN_MS; performance.now() < end; await sleep(10)) {
    if (instances.every(({ ready }) => ready)) return;
  }
  const states = JSON.stringify(instances.map((instance) => instance.final()));
  throw new Error(`The instances were not ready before the first fault: ${states}`);
}

async function injectAll({ faults }: Plan, injector: Injector): Promise<void> {
  await Promise.all(
    faults.map(async ({ at, fault }) => {
      await sleep(at);
      await injector.inject(fault);
    }),
  );
}

/**
 * Asks until everything is in order, or the deadline has passed. Time in which nothing ran does not count,
 * within bounds: on a machine that is too busy, nothing can recover.
 */
async function untilHealed(
  { instances, recorder }: World,
  checker: Checker,
  { healWithinMs: withinMs, isShown }: Required<Pick<TrialOptions, "healWithinMs" | "isShown">>,
): Promise<History> {
  const start = performance.now();
  for (;;) {
    await checker.askAll(instances);
    const history = recorder.history(instances.map((instance) => instance.final()));
    const isInOrder = judgeEnd(new IndexedHistory(history)).length === 0;
    const stalledMs = history.stalls
      .filter(({ at }) => at >= start)
      .reduce((total, { ms }) => total + ms, 0);
    const end = start + withinMs + Math.min(stalledMs, MOST_PATIENCE * withinMs);
    if (isInOrder) return history;
    if (performance.now() > (isShown(history) ? end : end + MOST_DELAY_MS)) return history;
    await sleep(100);
  }
}
