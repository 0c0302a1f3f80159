import os from "node:os";
import process from "node:process";

/** What to run. */
export interface Settings {
  readonly seed: number;
  /** The first case. */
  readonly offset: number;
  /** The case to end before. */
  readonly runs: number;
  readonly workers: number;
}

/** @throws where a variable is not a whole number */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const number = (name: string, byDefault: number): number => {
    const value = Number(environment[name] ?? byDefault);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new TypeError(`${name} has to be a whole number`);
  };
  return {
    seed: number("FUZZ_SEED", 1),
    offset: number("FUZZ_OFFSET", 0),
    runs: number("FUZZ_RUNS", 10_000_000),
    workers: number("FUZZ_WORKERS", Math.min(2, os.availableParallelism())),
  };
}
