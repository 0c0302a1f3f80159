import { ConfigurationError } from "./configuration-error.js";
import type { RedisAccess } from "./redis-access.js";

/** @throws ConfigurationError where the options are no object, or one has a name that is not known. */
export function requireKnownOptions(options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new ConfigurationError("The options must be an object.");
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name))
      throw new ConfigurationError(`Unknown option ${JSON.stringify(name)}.`);
  }
}

/** An option that counts something. */
export interface IntegerOption {
  readonly value: number | undefined;
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
}

/** @throws ConfigurationError where the option is no integer of its range. */
export function readInteger(name: string, option: IntegerOption): number {
  const { value, fallback, min, max, unit } = option;
  if (value === undefined) return fallback;
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new ConfigurationError(`${name} must be an integer of ${min} to ${max} ${unit}.`);
  }
  return value;
}

/** @throws ConfigurationError where the option is no text that can name a key, a stream or a group. */
export function readName(name: string, value: unknown, fallback: string): string {
  if (value === undefined) return fallback;
  if (typeof value !== "string" || !/^\P{Cc}{1,256}$/u.test(value) || !value.isWellFormed()) {
    throw new ConfigurationError(
      `${name} must be a text of 1 to 256 characters without control characters.`,
    );
  }
  return value;
}

/** @throws ConfigurationError where it is not what the adapters of this package give. */
export function readRedisAccess(redis: unknown): RedisAccess {
  const access = (typeof redis === "object" && redis !== null ? redis : {}) as Partial<RedisAccess>;
  const isAccess =
    typeof access.command === "function" &&
    typeof access.connection === "function" &&
    typeof access.primaries === "function" &&
    typeof access.isCluster === "boolean";
  if (!isAccess) {
    throw new ConfigurationError(
      "redis must be what fromNodeRedis, fromIoredis and the like give.",
    );
  }
  return access as RedisAccess;
}
