import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Million } from "./million.js";
import { measurePropagation } from "./propagation.js";
import { reportOf } from "./report.js";
import { measureThroughput } from "./throughput.js";

const EVENTS = Number(process.env.REVOCATION_EVENTS ?? 1_000);
const TURNS = Number(process.env.REVOCATION_TURNS ?? 9);
const COUNT = Number(process.env.REVOCATION_COUNT ?? 1_000_000);

const propagation = [
  await measurePropagation("replica", EVENTS),
  await measurePropagation("store", EVENTS),
];
const throughput = await measureThroughput(TURNS);
const million = await inProcess(COUNT);
const report = reportOf({ propagation, throughput, million, server: serverVersion() });
console.log(report);
if (COUNT === 1_000_000) writeFileSync("docs/revocation-at-scale.md", report);

/** In a process of its own: nothing of what was measured before is in its memory. */
async function inProcess(count: number): Promise<Million> {
  const path = fileURLToPath(new URL("./million-process.js", import.meta.url));
  const child = fork(path, [`${count}`], { execArgv: ["--expose-gc"] });
  const [result] = await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`The process with ${count} revocations ended with ${code}.`);
    }),
  ]);
  return result as Million;
}

function serverVersion(): string {
  for (const command of [process.env.REDIS_SERVER, "redis-server", "valkey-server"]) {
    if (command === undefined) continue;
    try {
      return execFileSync(command, ["--version"], { encoding: "utf8" }).trim();
    } catch {
      // Not this one.
    }
  }
  return "unknown server";
}
