import { setTimeout as sleep } from "node:timers/promises";

const PAUSE_MS = 5;

/** Asks until there is an answer. Rejects where there is none within the deadline. */
export async function until<T>(
  what: string,
  deadlineMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (const end = performance.now() + deadlineMs; performance.now() < end; await sleep(PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`${what}: not within ${deadlineMs} ms`);
}
