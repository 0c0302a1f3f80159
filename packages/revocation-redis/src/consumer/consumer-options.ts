import { randomUUID } from "node:crypto";
import type { RevocationStore } from "@caracalai/revocation";
import { ConfigurationError } from "../configuration-error.js";
import type { EventTrust } from "../events/event-trust.js";
import { readInteger, readName, readRedisAccess, requireKnownOptions } from "../read-options.js";
import type { RedisAccess } from "../redis-access.js";

/** Where a consumer writes what it has read. */
export type RevocationSink = Pick<RevocationStore, "markRevoked" | "markDelegationEpoch">;

/**
 * Options of `RedisRevocationConsumer` and `RedisDelegationConsumer`: which events are believed
 * (`signatureKeys` or `allowUnsigned`, one of the two), and these. Captured at construction.
 */
export interface RedisConsumerOptions extends EventTrust {
  /** How Redis is reached: `fromNodeRedis(client)`, `fromIoredis(client)` and so on. */
  readonly redis: RedisAccess;
  /** Where revocations are written: the shared store, since each event is read by one consumer only. */
  readonly store: RevocationSink;
  /** The stream; by default that of the wire format. */
  readonly stream?: string | undefined;
  /** The consumer group; by default that of the wire format. */
  readonly group?: string | undefined;
  /**
   * The name of this consumer in its group; by default one made up by chance. With a name that is the
   * same after a restart, what was held before is taken up at once.
   */
  readonly consumerName?: string | undefined;
  /** Where events that can't be acted on are kept; by default `{stream}.dead-letter`. */
  readonly deadLetterStream?: string | undefined;
  /** How many dead letters are kept, about; 10,000 by default, at most 1,000,000. */
  readonly deadLetterMaxLength?: number | undefined;
  /**
   * How long an event may be held by a consumer without being acknowledged, in milliseconds, until
   * another one takes it over; 500 by default, 50 to 3,600,000. Acted on twice, an event does no harm.
   */
  readonly claimIdleMs?: number | undefined;
  /** How long a connection or a reply may take, in milliseconds; 1,000 by default, 10 to 60,000. */
  readonly commandTimeoutMs?: number | undefined;
  /** How long `start` waits for the first read, in milliseconds; 10,000 by default. */
  readonly startTimeoutMs?: number | undefined;
  /** How long `stop` waits for the events in hand, in milliseconds; 5,000 by default. */
  readonly stopTimeoutMs?: number | undefined;
  /**
   * How long a mandate lives at most, in milliseconds; 3,600,000 (an hour) by default. For so long the
   * loss of events matters: then every mandate that they may have revoked has expired.
   */
  readonly maxMandateLifetimeMs?: number | undefined;
}

/** The options of a consumer, complete. */
export interface CapturedConsumerOptions {
  readonly redis: RedisAccess;
  readonly store: RevocationSink;
  readonly stream: string;
  readonly group: string;
  readonly consumerName: string;
  readonly deadLetterStream: string;
  readonly deadLetterMaxLength: number;
  readonly claimIdleMs: number;
  readonly commandTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly stopTimeoutMs: number;
  readonly maxMandateLifetimeMs: number;
}

const NAMES = [
  "redis",
  "store",
  "signatureKeys",
  "allowUnsigned",
  "stream",
  "group",
  "consumerName",
  "deadLetterStream",
  "deadLetterMaxLength",
  "claimIdleMs",
  "commandTimeoutMs",
  "startTimeoutMs",
  "stopTimeoutMs",
  "maxMandateLifetimeMs",
];

const HOUR_MS = 3_600_000;

/** Which stream is read and in which group, where the options do not say. */
export interface ConsumerDefaults {
  readonly stream: string;
  readonly group: string;
}

/** @throws ConfigurationError where an option is missing, unknown or out of its range. */
export function captureConsumerOptions(
  options: RedisConsumerOptions,
  defaults: ConsumerDefaults,
): CapturedConsumerOptions {
  requireKnownOptions(options, NAMES);
  const ms = (name: keyof typeof options, fallback: number, min: number, max: number): number =>
    readInteger(name, {
      value: options[name] as number | undefined,
      fallback,
      min,
      max,
      unit: "milliseconds",
    });
  const stream = readName("stream", options.stream, defaults.stream);
  const captured = {
    redis: readRedisAccess(options.redis),
    store: readStore(options.store),
    stream,
    group: readName("group", options.group, defaults.group),
    consumerName: readName("consumerName", options.consumerName, randomUUID()),
    deadLetterStream: readName(
      "deadLetterStream",
      options.deadLetterStream,
      `${stream}.dead-letter`,
    ),
    deadLetterMaxLength: readInteger("deadLetterMaxLength", {
      value: options.deadLetterMaxLength,
      fallback: 10_000,
      min: 1,
      max: 1_000_000,
      unit: "entries",
    }),
    claimIdleMs: ms("claimIdleMs", 500, 50, HOUR_MS),
    commandTimeoutMs: ms("commandTimeoutMs", 1_000, 10, 60_000),
    startTimeoutMs: ms("startTimeoutMs", 10_000, 1, HOUR_MS),
    stopTimeoutMs: ms("stopTimeoutMs", 5_000, 1, HOUR_MS),
    maxMandateLifetimeMs: ms("maxMandateLifetimeMs", HOUR_MS, 1, 24 * HOUR_MS),
  };
  if (captured.deadLetterStream === stream) {
    throw new ConfigurationError("deadLetterStream must be another stream than stream.");
  }
  return captured;
}

function readStore(store: unknown): RevocationSink {
  const { markRevoked, markDelegationEpoch } = (store ?? {}) as Partial<RevocationSink>;
  if (typeof markRevoked !== "function" || typeof markDelegationEpoch !== "function") {
    throw new ConfigurationError("store must be a revocation store.");
  }
  return store as RevocationSink;
}
