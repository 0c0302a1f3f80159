import { readText } from "../commands/replies.js";
import { timedCommand } from "../commands/timed-command.js";
import { within } from "../commands/within.js";
import { ConfigurationError } from "../configuration-error.js";
import { readInteger, requireKnownOptions } from "../read-options.js";
import type { RedisAccess, RedisCommand } from "../redis-access.js";
import { RedisStoreError } from "../redis-store-error.js";

const OLDEST_MAJOR = 7;

/** What Redis answers to whoever may not do what has to be done: no outage, and waiting changes nothing. */
const REFUSALS: ReadonlyMap<string | undefined, string> = new Map([
  [
    "WRONGPASS",
    "Redis does not permit the login: the user name or the password is wrong (WRONGPASS).",
  ],
  [
    "NOAUTH",
    "Redis does not permit anything without a login, and the client has no password (NOAUTH).",
  ],
  ["NOPERM", "Redis does not permit the client's user all that the README names (NOPERM)."],
]);

/** Options of `requireSafeServer`. */
export interface SafeServerOptions {
  /** How long a connection or a reply may take, in milliseconds; 5,000 by default, 10 to 60,000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Asks every primary whether it is fit to hold revocations: it lets the client in, is Redis 7.0 or later
 * (or Valkey), a primary, and not set to make room by evicting keys, which would let revoked mandates in
 * again. To be called when a server starts; but for a cluster, the client need not be connected yet: it is
 * asked on a connection of its own. Needs the permission for INFO.
 *
 * @throws ConfigurationError (rejects with it) where a server is not fit, or refuses the user, the
 *   password or the command. Neither is named.
 * @throws RedisStoreError (rejects with it) where Redis gives no answer in time.
 */
export async function requireSafeServer(
  redis: Pick<RedisAccess, "connection" | "isCluster" | "primaries">,
  options: SafeServerOptions = {},
): Promise<void> {
  requireKnownOptions(options, ["timeoutMs"]);
  const timeoutMs = readInteger("timeoutMs", {
    value: options.timeoutMs,
    fallback: 5_000,
    min: 10,
    max: 60_000,
    unit: "milliseconds",
  });
  const connection = redis.connection();
  try {
    await within(connection.open(), timeoutMs);
    const ofCluster = redis.isCluster ? await within(redis.primaries(), timeoutMs) : undefined;
    const primaries = ofCluster ?? [connection.command];
    await Promise.all(primaries.map((command) => requireSafePrimary(command, timeoutMs)));
  } catch (error) {
    const refusal = error instanceof RedisStoreError ? REFUSALS.get(error.redisCode) : undefined;
    throw refusal === undefined ? error : new ConfigurationError(refusal);
  } finally {
    connection.close();
  }
}

async function requireSafePrimary(command: RedisCommand, timeoutMs: number): Promise<void> {
  const reply = await timedCommand(command, 1)(["INFO"], { timeoutMs });
  judge(readInfo(readText(reply, "INFO")));
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
