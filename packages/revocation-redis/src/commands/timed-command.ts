import type { RedisArgument, RedisCommand } from "../redis-access.js";
import { RedisStoreError, toRedisStoreError } from "../redis-store-error.js";

/**
 * Sends a command and gives its reply within `timeoutMs`, or rejects with a `RedisStoreError`. A
 * command that was sent and not answered in time may still be executed.
 */
export type TimedCommand = (
  args: readonly RedisArgument[],
  options: { readonly key?: RedisArgument | undefined; readonly timeoutMs: number },
) => Promise<unknown>;

/**
 * Gives a command function deadlines, and bounds what waits in the client: of a Redis that answers
 * nothing, commands pile up beyond their deadlines. Past `maxPending` of them, further ones are
 * refused at once.
 */
export function timedCommand(command: RedisCommand, maxPending: number): TimedCommand {
  let pending = 0;
  return async (args, { key, timeoutMs }) => {
    if (pending >= maxPending) {
      throw new RedisStoreError("overloaded", `${maxPending} commands wait for Redis already.`);
    }
    const abort = new AbortController();
    pending += 1;
    const running = start(command, args, { key, signal: abort.signal }).finally(() => {
      pending -= 1;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new RedisStoreError("timeout", `Redis did not answer within ${timeoutMs} ms.`));
        abort.abort();
      }, timeoutMs);
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** A command function of the user's own may throw before it gives a promise. */
async function start(...[command, args, options]: [RedisCommand, ...Parameters<RedisCommand>]) {
  try {
    return await command(args, options);
  } catch (error) {
    throw toRedisStoreError(error);
  }
}
