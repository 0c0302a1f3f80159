import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isWholeRun } from "./extent.js";

/** The root of the repository, from where compiled files are. */
export const root: URL = new URL("../../../../", import.meta.url);

/**
 * Writes results into bench/results/, from where docs/performance.md is made; those of a run that was not
 * the whole into reports/bench/, where they take nothing away.
 */
export function writeResults(name: string, results: object): void {
  const folder = new URL(isWholeRun() ? "bench/results/" : "reports/bench/", root);
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${name}.json`, folder);
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
  console.log(`Written to ${fileURLToPath(file)}`);
}
