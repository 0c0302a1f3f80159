import { type ChildProcess, fork } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { printCounts } from "./print-counts.js";
import { readSettings } from "./settings.js";
import type { Report, Stretch } from "./worker.js";

/** Cases that a worker is given at a time: about a second. */
const STRETCH = 20_000;
const PROGRESS_MS = 15_000;

const { seed, offset, runs, workers } = readSettings();
const counts = new Map<string, number>();
const underWay = new Set<number>();
const startedAt = performance.now();
let next = offset;

/** Every case before this one was run. */
function done(): number {
  return Math.min(next, ...underWay);
}

function say(): void {
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = Math.round((done() - offset) / seconds);
  console.log(
    `seed ${seed} offset ${done()} of ${runs}, ${seconds.toFixed(0)} s, ${rate} a second`,
  );
}

function giveNext(worker: ChildProcess): void {
  if (next >= runs) {
    worker.disconnect();
    return;
  }
  const from = next;
  next = Math.min(runs, from + STRETCH);
  underWay.add(from);
  worker.once("message", (report) => take(worker, from, report as Report));
  worker.send({ seed, from, to: next } satisfies Stretch);
}

function take(worker: ChildProcess, from: number, { counts: more, finding }: Report): void {
  if (finding !== undefined) {
    const { index, kind, fault, input } = finding;
    console.error(`FOUND with seed ${seed} at offset ${index} (${kind}): ${fault}\n${input}`);
    console.error(`Again: FUZZ_SEED=${seed} FUZZ_OFFSET=${index} FUZZ_RUNS=${index + 1} make fuzz`);
    process.exit(1);
  }
  underWay.delete(from);
  for (const [name, count] of Object.entries(more)) {
    counts.set(name, (counts.get(name) ?? 0) + count);
  }
  giveNext(worker);
}

function startWorker(): Promise<void> {
  const worker = fork(fileURLToPath(new URL("./worker.js", import.meta.url)));
  giveNext(worker);
  return new Promise((resolve) => {
    worker.once("exit", (code) => {
      if (code === 0) return resolve();
      console.error(
        `A worker ended with ${code}; go on with FUZZ_SEED=${seed} FUZZ_OFFSET=${done()}`,
      );
      process.exit(1);
    });
  });
}

const timer = setInterval(say, PROGRESS_MS);
await Promise.all(Array.from({ length: workers }, startWorker));
clearInterval(timer);
say();
printCounts(counts);
