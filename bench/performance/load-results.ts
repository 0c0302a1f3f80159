import { readFileSync } from "node:fs";
import type { EndToEnd } from "../end-to-end/main.js";
import type { Scale } from "../scale/main.js";
import type { Soak } from "../soak/main.js";
import type { Results } from "../verify/report.js";
import type { PythonResults } from "./python-section.js";

/** Everything that was measured, as it was written to bench/results/. */
export interface Measured {
  /** By the major version of Node. */
  readonly verify: readonly Results[];
  /** The same. */
  readonly endToEnd: readonly EndToEnd[];
  readonly scale: Scale;
  readonly soak: Soak;
  readonly python: PythonResults;
}

const folder = new URL("../results/", import.meta.url);

function load<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as T;
}

const MAJORS = [20, 22, 24];

export function loadResults(): Measured {
  return {
    verify: MAJORS.map((major) => load<Results>(`verify-node-${major}`)),
    endToEnd: MAJORS.map((major) => load<EndToEnd>(`end-to-end-node-${major}`)),
    scale: load("scale"),
    soak: load("soak"),
    python: load("python"),
  };
}
