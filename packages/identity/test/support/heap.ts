import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** How many bytes the heap grows by for what is made, and goes on being held. */
export function bytesOf(make: () => unknown): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const held = make();
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  return held === undefined ? 0 : bytes;
}
