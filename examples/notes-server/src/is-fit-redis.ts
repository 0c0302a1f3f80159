import {
  ConfigurationError,
  type RedisAccess,
  RedisStoreError,
  requireSafeServer,
} from "@caracalai/revocation-redis";
import { ConfigError } from "./config.js";

const DEADLINE_MS = 2_000;

/** Redis' answers to whoever may not do what has to be done. */
const NOT_PERMITTED = /^(?:WRONGPASS|NOAUTH|NOPERM)\b/;

/**
 * Asks Redis on a connection of its own whether it is fit to hold revocations.
 *
 * @returns false where Redis gives no answer within 2 seconds, or none that says either
 * @throws ConfigError where it is not fit, or does not let us in
 */
export async function isFitRedis(redis: RedisAccess): Promise<boolean> {
  const connection = redis.connection();
  const deadline = setTimeout(() => connection.close(), DEADLINE_MS);
  try {
    await connection.open();
    await requireSafeServer({ primaries: async () => [connection.command] });
    return true;
  } catch (error) {
    const complaint = complaintOf(error);
    if (complaint !== undefined) throw new ConfigError(`CARACAL_REDIS_URL: ${complaint}`);
    return false;
  } finally {
    clearTimeout(deadline);
    connection.close();
  }
}

/** What the operator has to change; undefined where waiting may help. */
function complaintOf(error: unknown): string | undefined {
  if (error instanceof ConfigurationError) return error.message;
  const answer = error instanceof RedisStoreError ? error.redisCode : Object(error).message;
  const [code] = NOT_PERMITTED.exec(String(answer)) ?? [];
  return code && `Redis does not permit what is needed (${code})`;
}
