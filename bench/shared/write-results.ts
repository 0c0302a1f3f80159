import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

/** The root of the repository, from where compiled files are. */
export const root: URL = new URL("../../../../", import.meta.url);

/** Writes results into bench/results/, from where docs/performance.md is made. */
export function writeResults(name: string, results: object): void {
  const folder = new URL("bench/results/", root);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(results, undefined, 2)}\n`);
}

/** What the last run has written. */
export function readResults(name: string): object {
  return JSON.parse(readFileSync(new URL(`bench/results/${name}.json`, root), "utf8"));
}
