/** What a promise that has not settled in time rejects with. */
export class DeadlineError extends Error {
  override readonly name: string = "DeadlineError";
}

/**
 * Waits for a promise, but not longer than a deadline.
 *
 * @param ms - milliseconds
 * @throws DeadlineError where the promise has not settled by then; what it does later is ignored
 */
export async function settleWithin<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
