import { execFileSync } from "node:child_process";
import os from "node:os";

/** Where and with what something was measured. */
export interface Provenance {
  /** The day, as in 2026-01-31. */
  readonly date: string;
  readonly commit: string;
  readonly node: string;
  readonly openssl: string;
  readonly platform: string;
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  /** Of the last minute. On a busy machine, ratios are indicative and times are not. */
  readonly loadAverage: number;
}

export function provenance(): Provenance {
  const [cpu] = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    node: process.version,
    openssl: process.versions.openssl,
    platform: `${os.platform()} ${os.arch()}`,
    processor: cpu?.model.trim() ?? "unknown",
    processors: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    loadAverage: Math.round((os.loadavg()[0] ?? 0) * 10) / 10,
  };
}

function commit(): string {
  const git = (...words: string[]) => execFileSync("git", words, { encoding: "utf8" }).trim();
  const isDirty = git("status", "--porcelain", "--", "packages") !== "";
  return `${git("rev-parse", "--short", "HEAD")}${isDirty ? " with changes in packages" : ""}`;
}
