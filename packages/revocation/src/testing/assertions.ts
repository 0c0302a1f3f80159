/** Throws where two values are not the same (`Object.is`). */
export function expectSame(actual: unknown, expected: unknown, what: string): void {
  if (Object.is(actual, expected)) return;
  throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}.`);
}

/** Throws unless the action throws, or rejects with, an error of that name. */
export async function expectFailure(
  action: () => unknown,
  errorName: "TypeError" | "RangeError",
  what: string,
): Promise<void> {
  let failure: unknown;
  try {
    await action();
  } catch (error) {
    failure = error;
  }
  // By name, since a test runner may give each file a realm, and so classes, of its own.
  const name = failure instanceof Error ? failure.name : undefined;
  expectSame(name, errorName, `${what}: the error`);
}

/** Waits until a condition holds, asking often. Throws where it does not within the deadline. */
export async function eventually(
  condition: () => unknown,
  deadlineMs: number,
  what: string,
): Promise<void> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > deadlineMs) {
      throw new Error(`${what}: not so within ${deadlineMs} ms.`);
    }
    await sleep(5);
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
