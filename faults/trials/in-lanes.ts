/**
 * Limits how many of some actions run at a time; each of them is mostly waiting.
 *
 * @returns a function that begins an action when it is its turn, and settles as the action does.
 */
export function inLanes(count: number): <T>(action: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (action) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await action();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
