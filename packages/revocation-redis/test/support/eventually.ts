import { setTimeout as sleep } from "node:timers/promises";

/** Waits until a condition holds, asking often. Throws where it does not within the deadline. */
export async function eventually(
  condition: () => unknown,
  what: string,
  deadlineMs = 30_000,
): Promise<void> {
  for (const end = performance.now() + deadlineMs; ; await sleep(10)) {
    if (await condition()) return;
    if (performance.now() > end) throw new Error(`${what}: not so within ${deadlineMs} ms.`);
  }
}
