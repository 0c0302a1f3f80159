import { readText } from "../commands/replies.js";
import { timedCommand } from "../commands/timed-command.js";
import { ConfigurationError } from "../configuration-error.js";
import type { RedisAccess } from "../redis-access.js";
import { RedisStoreError } from "../redis-store-error.js";

const TIMEOUT_MS = 5_000;
const OLDEST_MAJOR = 7;

/**
 * Asks every primary whether it is fit to hold revocations: Redis 7.0 or later (or Valkey), a
 * primary, and not set to make room by evicting keys, which would let revoked mandates in again. To be
 * called when a server starts. Needs the permission for INFO.
 *
 * @throws ConfigurationError (rejects with it) where a server is not fit.
 * @throws RedisStoreError (rejects with it) where Redis gives no answer within 5 seconds.
 */
export async function requireSafeServer(redis: Pick<RedisAccess, "primaries">): Promise<void> {
  const primaries = await redis.primaries().catch(() => {
    throw new RedisStoreError("connection", "Redis could not be reached.");
  });
  await Promise.all(
    primaries.map(async (command) => {
      const reply = await timedCommand(command, 1)(["INFO"], { timeoutMs: TIMEOUT_MS });
      judge(readInfo(readText(reply, "INFO")));
    }),
  );
}

function readInfo(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\r\n").map((line) => line.split(":", 2) as [string, string?]);
  return new Map(lines.map(([name, value]) => [name, value ?? ""]));
}

function judge(info: ReadonlyMap<string, string>): void {
  const major = Number.parseInt(info.get("redis_version") ?? "", 10);
  if (!(major >= OLDEST_MAJOR)) {
    throw new ConfigurationError("The server is older than Redis 7.0.");
  }
  if (info.get("role") !== "master") {
    throw new ConfigurationError(
      "The server is a replica: it may not know of the newest revocations.",
    );
  }
  if (info.get("maxmemory") !== "0" && info.get("maxmemory_policy") !== "noeviction") {
    throw new ConfigurationError(
      "The server evicts keys when its memory is full, revocations among them: set maxmemory-policy to noeviction.",
    );
  }
}
