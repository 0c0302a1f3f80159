import { type ChildProcess, fork } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isFinding } from "./outcome.js";
import { RunRecord } from "./run-record.js";
import { readSettings } from "./settings.js";
import { tableOf } from "./table.js";
import type { Job, Report } from "./worker.js";

const PROGRESS_MS = 30_000;

const { seed, trials, workers, lanes } = readSettings();
const record = new RunRecord(seed, trials);
const open = record.missing();
const startedAt = performance.now();

function say(): void {
  const { version, outcomes } = record;
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  console.log(
    `seed ${seed}, version ${version}: ${outcomes.length} of ${trials} trials, ${outcomes.filter(isFinding).length} with a finding; ${minutes} minutes`,
  );
}

function take({ outcome, everything }: Report): void {
  record.add(outcome);
  if (everything === undefined) return;
  const { index, family, breaches, failure } = outcome;
  const file = record.keep(index, everything);
  console.error(`FOUND with seed ${seed} in trial ${index} (${family}), see ${file}:`);
  console.error(
    failure ?? `${breaches.length} breaches, the first: ${JSON.stringify(breaches[0])}`,
  );
}

function run(worker: ChildProcess, index: number): Promise<Report> {
  worker.send({ seed, index } satisfies Job);
  return new Promise((resolve) => {
    const onMessage = (report: Report): void => {
      if (report.outcome.index !== index) return;
      worker.off("message", onMessage);
      resolve(report);
    };
    worker.on("message", onMessage);
  });
}

async function runLane(worker: ChildProcess): Promise<void> {
  for (let index = open.shift(); index !== undefined; index = open.shift()) {
    take(await run(worker, index));
  }
}

async function runWorker(): Promise<void> {
  const worker = fork(fileURLToPath(new URL("./worker.js", import.meta.url)));
  worker.setMaxListeners(lanes + 1);
  worker.once("exit", (code) => {
    if (code === 0) return;
    console.error(`A worker ended with ${code}. The same command goes on where it stopped.`);
    process.exit(1);
  });
  await Promise.all(Array.from({ length: lanes }, () => runLane(worker)));
  worker.disconnect();
}

const timer = setInterval(say, PROGRESS_MS);
await Promise.all(Array.from({ length: workers }, runWorker));
clearInterval(timer);
say();
console.log(tableOf(record.outcomes));
if (record.outcomes.some(isFinding)) process.exitCode = 1;
