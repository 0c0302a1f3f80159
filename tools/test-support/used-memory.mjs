import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";

/** How much memory is used after everything was collected, in bytes: for Node with --expose-gc. */
export async function usedMemory() {
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
