import process from "node:process";
import { summaryOf } from "../history/summary.js";
import { makePlan } from "../plan/make-plan.js";
import { runTrial } from "../trials/run-trial.js";
import { Targets } from "../world/targets.js";
import type { Outcome } from "./outcome.js";

/** What a worker is told: which trial to run. */
export interface Job {
  readonly seed: number;
  readonly index: number;
}

/** What a worker says: how it ended, and everything about it where something was wrong. */
export interface Report {
  readonly outcome: Outcome;
  readonly everything?: unknown;
}

// So that the servers end as well: they are ended when the process exits.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const targets = await Targets.create();

process.on("message", async (job: Job) => {
  process.send?.(await run(job));
});
process.once("disconnect", async () => {
  await targets.close();
  // Left alone, Node.js 20 may spin for ever over the handle of a socket that was reset.
  process.exit();
});

async function run({ seed, index }: Job): Promise<Report> {
  const plan = makePlan(seed, index);
  const { family } = plan;
  try {
    const { breaches, history } = await runTrial(plan, targets);
    const outcome = { index, family, breaches, summary: summaryOf(history) };
    return breaches.length === 0
      ? { outcome }
      : { outcome, everything: { plan, history, breaches } };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: { index, family, breaches: [], failure }, everything: { plan, failure } };
  }
}
