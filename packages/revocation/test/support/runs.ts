import process from "node:process";
import type { Parameters } from "fast-check";

/** The same cases in every run of the tests; FUZZ_SEED takes others. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_260_101);

/** How many cases, and which; on failure fast-check prints seed, path and the smallest case. */
export function runs<T>(numRuns: number): Parameters<T> {
  return { numRuns, seed: SEED };
}
