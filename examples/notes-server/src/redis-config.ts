import type { EventTrust } from "@caracalai/revocation-redis";
import { ConfigError } from "./config.js";

/** How a notes server learns of revocations where it shares them with others. */
export interface RedisConfig {
  /** Holds the password, if there is one: for no output. */
  readonly url: string;
  /** Which events are believed. */
  readonly trust: EventTrust;
  /** Whether a Redis that no server has used yet is believed at once. */
  readonly isNew: boolean;
}

/** Takes the place of keys: nobody leaves out the signatures by forgetting a variable. */
const UNSIGNED = "unsigned";

/**
 * Reads how Redis is reached, without reaching it. No complaint quotes a value: an address holds a
 * password, and a key is one.
 *
 * @returns undefined where revocations are to stay in the process
 * @throws ConfigError where a variable is missing or malformed
 */
export function readRedisConfig(env: NodeJS.ProcessEnv): RedisConfig | undefined {
  const { CARACAL_REDIS_URL: url, CARACAL_REVOCATION_KEYS: keys, CARACAL_REDIS_NEW: isNew } = env;
  if (url === undefined) {
    // Who sets one of these means to share revocations, and would not notice that they are not.
    if (keys || isNew)
      throw new ConfigError("CARACAL_REDIS_URL is not set, but what belongs to it");
    return undefined;
  }
  if (!isRedisUrl(url)) {
    throw new ConfigError(
      "CARACAL_REDIS_URL has to be redis:// or rediss:// with a host, and no more than a user, a password, a port and the number of a database",
    );
  }
  if (!keys) {
    throw new ConfigError(
      `CARACAL_REVOCATION_KEYS is not set: the keys of the events, or "${UNSIGNED}"`,
    );
  }
  return { url, trust: readTrust(keys), isNew: readIsNew(isNew || "0") };
}

function readTrust(keys: string): EventTrust {
  if (keys.trim() === UNSIGNED) return { allowUnsigned: true };
  return { signatureKeys: keys.split(",").map((key) => key.trim()) };
}

function readIsNew(text: string): boolean {
  if (text === "1" || text === "0") return text === "1";
  throw new ConfigError("CARACAL_REDIS_NEW has to be 1 or 0");
}

/** What the client takes: it would complain later, and quote what it got. */
function isRedisUrl(text: string): boolean {
  try {
    const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
    decodeURIComponent(username);
    decodeURIComponent(password);
    const isNothingElse = /^(?:\/\d*)?$/.test(pathname) && search === "" && hash === "";
    return /^rediss?:$/.test(protocol) && hostname !== "" && isNothingElse;
  } catch {
    return false;
  }
}
