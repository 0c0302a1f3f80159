import { ConfigurationError } from "../configuration-error.js";
import { readInteger, readName, requireKnownOptions } from "../read-options.js";
import type { RedisAccess, RedisCommand } from "../redis-access.js";
import { KEY_PREFIX } from "./revocation-keys.js";

/** Options of `RedisRevocationStore`. Captured at construction; later changes have no effect. */
export interface RedisRevocationStoreOptions {
  /**
   * How Redis is reached: by a client (`fromNodeRedis`, `fromIoredis` and so on), or by a command
   * function of one's own that sends all commands to one primary.
   */
  readonly redis: RedisAccess | RedisCommand;
  /**
   * How long an entry lives that is marked without a TTL, in milliseconds; 86,400,000 (24 hours) by
   * default, longer than any mandate lives.
   */
  readonly defaultTtlMs?: number | undefined;
  /** How long an answer may take, in milliseconds; 200 by default, 1 to 60,000. */
  readonly readTimeoutMs?: number | undefined;
  /** How long the confirmation of a write may take, in milliseconds; 1,000 by default, 1 to 60,000. */
  readonly writeTimeoutMs?: number | undefined;
  /**
   * How many commands may wait for Redis at a time, those included whose time is up; 10,000 by
   * default. Further ones are refused at once.
   */
  readonly maxPendingCommands?: number | undefined;
  /**
   * What keys begin with; `caracal:revoked:` by default (wire format). Under another prefix, nothing
   * is shared with the rest of a Caracal deployment.
   */
  readonly keyPrefix?: string | undefined;
}

/** The options of a store, complete. */
export interface CapturedStoreOptions {
  readonly redis: Pick<RedisAccess, "command" | "isCluster">;
  readonly defaultTtlMs: number;
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly maxPendingCommands: number;
  readonly keyPrefix: string;
}

const NAMES = [
  "redis",
  "defaultTtlMs",
  "readTimeoutMs",
  "writeTimeoutMs",
  "maxPendingCommands",
  "keyPrefix",
];

const DAY_MS = 86_400_000;
const TIMEOUT = { min: 1, max: 60_000, unit: "milliseconds" };

/** @throws ConfigurationError where an option is missing, unknown or out of its range. */
export function captureStoreOptions(options: RedisRevocationStoreOptions): CapturedStoreOptions {
  requireKnownOptions(options, NAMES);
  return {
    redis: readRedis(options.redis),
    defaultTtlMs: readInteger("defaultTtlMs", {
      value: options.defaultTtlMs,
      fallback: DAY_MS,
      min: 1,
      max: Number.MAX_SAFE_INTEGER,
      unit: "milliseconds",
    }),
    readTimeoutMs: readInteger("readTimeoutMs", {
      value: options.readTimeoutMs,
      fallback: 200,
      ...TIMEOUT,
    }),
    writeTimeoutMs: readInteger("writeTimeoutMs", {
      value: options.writeTimeoutMs,
      fallback: 1_000,
      ...TIMEOUT,
    }),
    maxPendingCommands: readInteger("maxPendingCommands", {
      value: options.maxPendingCommands,
      fallback: 10_000,
      min: 1,
      max: 1_000_000,
      unit: "commands",
    }),
    keyPrefix: readName("keyPrefix", options.keyPrefix, KEY_PREFIX),
  };
}

function readRedis(redis: unknown): CapturedStoreOptions["redis"] {
  if (typeof redis === "function") return { command: redis as RedisCommand, isCluster: false };
  if (typeof redis === "object" && redis !== null) {
    const { command, isCluster } = redis as Partial<RedisAccess>;
    if (typeof command === "function" && typeof isCluster === "boolean") {
      return { command, isCluster };
    }
  }
  throw new ConfigurationError(
    "redis must be what fromNodeRedis, fromIoredis and the like give, or a command function.",
  );
}
