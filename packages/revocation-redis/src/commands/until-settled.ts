import { pause } from "./pause.js";

/** Waits until something is over, well or not, but not longer than `ms` milliseconds. */
export async function untilSettled(work: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  const end = (): void => over.abort();
  void work.then(end, end);
  await pause(ms, over.signal);
}
