import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Installed } from "../install-on-node-22.js";

/** What the suite says of one thing that it looked at. */
export interface Check {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "INFO" | "SKIPPED";
  readonly errorMessage?: string | undefined;
  /** What it saw: mostly the answer. */
  readonly details?: unknown;
}

/** The checks of each scenario, in the order in which they were made. */
export type Results = ReadonlyMap<string, readonly Check[]>;

/** What is another one in each run, and says nothing. */
const VARYING: readonly [pattern: RegExp, name: string][] = [
  [/[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}(?:_\w+)?/g, "ID"],
  [/127\.0\.0\.1:\d+/g, "SERVER"],
  [/\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT/g, "DATE"],
];

const CLI = "@modelcontextprotocol/conformance/dist/index.js";

/** Runs all server scenarios against a server, the pending ones too. */
export async function runSuite(suite: Installed, url: string): Promise<Results> {
  const home = await mkdtemp(join(tmpdir(), "conformance-"));
  try {
    const output = join(home, "results");
    await mkdir(output);
    const args = ["server", "--url", url, "--suite", "all", "--output-dir", output];
    const { stdout, stderr } = await suite.run(CLI, args, { home, deadlineMs: 300_000 });
    const results = await readResults(output);
    if (results.size === 0) throw new Error(`The suite did not run:\n${stdout}\n${stderr}`);
    return results;
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

async function readResults(output: string): Promise<Results> {
  const results = new Map<string, readonly Check[]>();
  for (const name of (await readdir(output)).sort()) {
    // server-SCENARIO-TIMESTAMP
    const scenario = /^server-(.+)-\d{4}-\d{2}-\d{2}T/.exec(name)?.[1] ?? name;
    const json = await readFile(join(output, name, "checks.json"), "utf8");
    results.set(scenario, readChecks(json));
  }
  return results;
}

function readChecks(json: string): readonly Check[] {
  const steady = VARYING.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), json);
  const checks: readonly Check[] = JSON.parse(steady);
  return checks.map(({ id, status, errorMessage, details }) => ({
    id,
    status,
    errorMessage,
    details,
  }));
}
