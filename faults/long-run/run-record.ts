import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Outcome } from "./outcome.js";

const FOLDER = "reports/faults";

/** The outcomes of a run, in a file of their own for each seed and version of the sources. */
export class RunRecord {
  readonly version: string = versionOf();
  readonly outcomes: Outcome[] = [];
  readonly #file: string;
  readonly #name: string;
  readonly #trials: number;

  /** Takes up what an earlier run has done of so many trials. */
  constructor(seed: number, trials: number) {
    mkdirSync(FOLDER, { recursive: true });
    this.#trials = trials;
    this.#name = `${this.version}-seed-${seed}`;
    this.#file = join(FOLDER, `${this.#name}.jsonl`);
    if (!existsSync(this.#file)) return;
    const lines = readFileSync(this.#file, "utf8").split("\n");
    const outcomes: Outcome[] = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
    this.outcomes.push(...outcomes.filter(({ index }) => index < trials));
  }

  /** The trials that are still to be run. */
  missing(): number[] {
    const done = new Set(this.outcomes.map(({ index }) => index));
    return Array.from({ length: this.#trials }, (_, index) => index).filter((at) => !done.has(at));
  }

  add(outcome: Outcome): void {
    this.outcomes.push(outcome);
    appendFileSync(this.#file, `${JSON.stringify(outcome)}\n`);
  }

  /** Keeps everything about a trial. @returns where */
  keep(index: number, everything: unknown): string {
    const file = join(FOLDER, `${this.#name}-trial-${index}.json`);
    writeFileSync(file, JSON.stringify(everything, undefined, 1));
    return file;
  }
}

/** The commit, and whether anything differs from it that a trial depends on. */
function versionOf(): string {
  const git = (...words: string[]) => execFileSync("git", words, { encoding: "utf8" }).trim();
  const isDirty = git("status", "--porcelain", "--", "packages", "faults", "fuzz/support") !== "";
  return `${git("rev-parse", "--short", "HEAD")}${isDirty ? "-changed" : ""}`;
}
