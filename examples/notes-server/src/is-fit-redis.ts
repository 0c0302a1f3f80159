import {
  ConfigurationError,
  type RedisAccess,
  RedisStoreError,
  requireSafeServer,
} from "@caracalai/revocation-redis";
import { ConfigError } from "./config.js";

const DEADLINE_MS = 2_000;

/**
 * Asks Redis on a connection of its own whether it is fit to hold revocations.
 *
 * @returns false where Redis gives no answer within 2 seconds, or none that says either
 * @throws ConfigError where it is not fit, or does not let us in
 */
export async function isFitRedis(redis: RedisAccess): Promise<boolean> {
  try {
    await requireSafeServer(redis, { timeoutMs: DEADLINE_MS });
    return true;
  } catch (error) {
    if (error instanceof RedisStoreError) return false;
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ConfigError(`CARACAL_REDIS_URL: ${error.message}`);
  }
}
