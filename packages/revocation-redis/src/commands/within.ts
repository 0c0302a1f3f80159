import { RedisStoreError, toRedisStoreError } from "../redis-store-error.js";

/**
 * Waits for what a client library promises, but not longer than `ms` milliseconds.
 *
 * @throws RedisStoreError (rejects) where it fails or has not settled by then; what it does later is
 *   ignored.
 */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new RedisStoreError("timeout", `Redis could not be reached within ${ms} ms.`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } catch (error) {
    throw toRedisStoreError(error);
  } finally {
    clearTimeout(timer);
  }
}
