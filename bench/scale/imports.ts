import { execFileSync } from "node:child_process";
import process from "node:process";
import { median } from "../shared/median.js";
import { root } from "../shared/write-results.js";

/** What it takes to have a package at hand, in a process of its own. */
export interface ImportCost {
  readonly name: string;
  readonly milliseconds: number;
  /** By how much the memory of the process has grown. */
  readonly residentMiB: number;
}

const PACKAGES = [
  "@caracalai/identity",
  "@caracalai/revocation",
  "@caracalai/revocation-redis",
  "@caracalai/transport-mcp",
  "@caracalai/transport-mcp/mcp-sdk",
  "@caracalai/mcp-fastmcp",
  // For comparison: what a server has anyway.
  "fastmcp",
  "express",
  "jose",
];
const TIMES = 11;

export function measureImports(): readonly ImportCost[] {
  const runs = PACKAGES.map((name) => ({ name, costs: [] as ImportCost[] }));
  for (let time = 0; time < TIMES; time += 1) {
    for (const { name, costs } of runs) costs.push(importOnce(name));
  }
  return runs.map(({ name, costs }) => ({
    name,
    milliseconds: median(costs.map(({ milliseconds }) => milliseconds)),
    residentMiB: median(costs.map(({ residentMiB }) => residentMiB)),
  }));
}

function importOnce(name: string): ImportCost {
  const script = `
    const before = process.memoryUsage().rss;
    const start = performance.now();
    await import(${JSON.stringify(name)});
    const milliseconds = performance.now() - start;
    const residentMiB = (process.memoryUsage().rss - before) / 2 ** 20;
    process.stdout.write(JSON.stringify({ milliseconds, residentMiB }), () => process.exit());`;
  const args = ["--input-type=module", "--eval", script];
  // Where the notes server is, everything can be found.
  const cwd = new URL("examples/notes-server/", root);
  return { name, ...JSON.parse(execFileSync(process.execPath, args, { cwd, encoding: "utf8" })) };
}
