import os from "node:os";
import process from "node:process";

/** What to run. */
export interface Settings {
  readonly seed: number;
  /** How many trials the run has, those included that an earlier run has done. */
  readonly trials: number;
  readonly workers: number;
  /** How many trials a worker runs at a time: most of each is spent waiting. */
  readonly lanes: number;
}

/** @throws where a variable is not a whole number of 1 or more */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const number = (name: string, byDefault: number): number => {
    const value = Number(environment[name] ?? byDefault);
    if (Number.isSafeInteger(value) && value >= 1) return value;
    throw new TypeError(`${name} has to be a whole number of 1 or more`);
  };
  return {
    seed: number("FAULTS_SEED", 1),
    trials: number("FAULTS_TRIALS", 1_200),
    workers: number("FAULTS_WORKERS", Math.min(2, os.availableParallelism())),
    lanes: number("FAULTS_LANES", 3),
  };
}
