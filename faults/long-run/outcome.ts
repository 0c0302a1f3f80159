import type { Breach } from "../history/breach.js";
import type { Summary } from "../history/summary.js";
import type { Family } from "../plan/plan.js";

/** What became of one trial: a line of the run's record. */
export interface Outcome {
  readonly index: number;
  readonly family: Family;
  readonly breaches: readonly Breach[];
  /** Missing where the trial could not be run to its end: see `failure`. */
  readonly summary?: Summary | undefined;
  readonly failure?: string | undefined;
}

/** Whether something was wrong, with what was tried or with the trial itself. */
export function isFinding({ breaches, failure }: Outcome): boolean {
  return breaches.length > 0 || failure !== undefined;
}
