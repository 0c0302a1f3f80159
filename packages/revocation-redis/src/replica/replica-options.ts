import { ConfigurationError } from "../configuration-error.js";
import type { EventTrust } from "../events/event-trust.js";
import { readInteger, readName, readRedisAccess, requireKnownOptions } from "../read-options.js";
import type { RedisAccess } from "../redis-access.js";
import { KEY_PREFIX } from "../store/revocation-keys.js";
import {
  DELEGATION_GROUP,
  DELEGATION_STREAM,
  REVOCATION_GROUP,
  REVOCATION_STREAM,
} from "../wire-names.js";
import type { ReplicaPace, StreamName } from "./replica-state.js";

/** Options of `RedisRevocationReplica`. Captured at construction; later changes have no effect. */
export interface RedisRevocationReplicaOptions extends EventTrust {
  /** How Redis is reached: `fromNodeRedis(client)`, `fromIoredis(client)` and so on. */
  readonly redis: RedisAccess;
  /**
   * How old the latest proof that nothing was missed may be, in milliseconds; 5,000 by default, 200
   * to 60,000. With an older one, the replica does not answer. It is not `ready` with one that is
   * older than a second.
   */
  readonly maxStalenessMs?: number | undefined;
  /**
   * How many live anchors are held at most, and how many zones; 1,000,000 of each by default, at most
   * 16,777,216. A replica that is full does not answer.
   */
  readonly maxEntries?: number | undefined;
  /**
   * How long an entry lives that comes without a lifetime, in milliseconds: one of a stream, or one
   * marked without a TTL; 86,400,000 (24 hours) by default, longer than any mandate lives.
   */
  readonly defaultTtlMs?: number | undefined;
  /** How long `start` waits for the first synchronisation, in milliseconds; 30,000 by default. */
  readonly startTimeoutMs?: number | undefined;
  /** How long a connection or a reply may take, in milliseconds; 1,000 by default, 10 to 60,000. */
  readonly commandTimeoutMs?: number | undefined;
  /**
   * How long a Redis without a history marker is watched before this replica marks it, in
   * milliseconds; 3,600,000 (an hour) by default. Such a Redis is new, or it was emptied while no
   * instance was up: then mandates that were revoked before may be let in until they expire, so that
   * waiting for as long as a mandate may live is safe. 0 where Redis is known to be new.
   */
  readonly adoptUnmarkedAfterMs?: number | undefined;
  /**
   * How long the replica does not answer, in milliseconds, after it has met another server or another
   * history, so that instances which knew more have the time to write it; 2,000 by default. As long as
   * a mandate may live is safe even where Redis has lost what no instance had read.
   */
  readonly settleMs?: number | undefined;
  /**
   * How often all keys are read again and those written that are missing, in milliseconds; 600,000 (10
   * minutes) by default, at least 1,000.
   */
  readonly reconcileMs?: number | undefined;
  /** As for `RedisRevocationStore`. */
  readonly keyPrefix?: string | undefined;
  /** The stream of revocations; by default that of the wire format. */
  readonly revocationStream?: string | undefined;
  /** The stream of delegation changes; by default that of the wire format. */
  readonly delegationStream?: string | undefined;
  /** The groups in which consumers read the streams; by default those of the wire format. */
  readonly revocationGroup?: string | undefined;
  readonly delegationGroup?: string | undefined;
  /**
   * How long a mandate may live, and a loss of events matters, in milliseconds; 3,600,000 (an hour) by
   * default, at most 24 hours. The same as for the consumers.
   */
  readonly maxMandateLifetimeMs?: number | undefined;
}

/** The options of a replica, complete. */
export interface CapturedReplicaOptions {
  readonly redis: RedisAccess;
  /** Not validated, and still the caller's. */
  readonly trust: EventTrust;
  readonly maxEntries: number;
  readonly defaultTtlMs: number;
  readonly startTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly reconcileMs: number;
  readonly keyPrefix: string;
  readonly streams: Readonly<Record<StreamName, string>>;
  readonly groups: Readonly<Record<StreamName, string>>;
  readonly pace: ReplicaPace;
}

const NAMES = [
  "redis",
  "signatureKeys",
  "allowUnsigned",
  "maxStalenessMs",
  "maxEntries",
  "defaultTtlMs",
  "startTimeoutMs",
  "commandTimeoutMs",
  "adoptUnmarkedAfterMs",
  "settleMs",
  "reconcileMs",
  "keyPrefix",
  "revocationStream",
  "delegationStream",
  "revocationGroup",
  "delegationGroup",
  "maxMandateLifetimeMs",
];

const DAY_MS = 86_400_000;
const FULL_RETRY_MS = 10_000;
const SNAPSHOT_RETRY_MS = 1_000;
const RECONCILE_PAUSE_MS = 5_000;

/** @throws ConfigurationError where an option is missing, unknown or out of its range. */
export function captureReplicaOptions(
  options: RedisRevocationReplicaOptions,
): CapturedReplicaOptions {
  requireKnownOptions(options, NAMES);
  const { signatureKeys, allowUnsigned } = options;
  const ms = (name: keyof typeof options, fallback: number, min: number, max = DAY_MS): number =>
    readInteger(name, {
      value: options[name] as number | undefined,
      fallback,
      min,
      max,
      unit: "milliseconds",
    });
  const streams = {
    revocations: readName("revocationStream", options.revocationStream, REVOCATION_STREAM),
    delegations: readName("delegationStream", options.delegationStream, DELEGATION_STREAM),
  };
  if (streams.revocations === streams.delegations) {
    throw new ConfigurationError("delegationStream must be another stream than revocationStream.");
  }
  return {
    redis: readRedisAccess(options.redis),
    trust: { signatureKeys, allowUnsigned },
    maxEntries: readInteger("maxEntries", {
      value: options.maxEntries,
      fallback: 1_000_000,
      min: 1,
      max: 2 ** 24,
      unit: "entries",
    }),
    defaultTtlMs: ms("defaultTtlMs", DAY_MS, 1, Number.MAX_SAFE_INTEGER),
    startTimeoutMs: ms("startTimeoutMs", 30_000, 1),
    commandTimeoutMs: ms("commandTimeoutMs", 1_000, 10, 60_000),
    reconcileMs: ms("reconcileMs", 600_000, 1_000),
    keyPrefix: readName("keyPrefix", options.keyPrefix, KEY_PREFIX),
    streams,
    groups: {
      revocations: readName("revocationGroup", options.revocationGroup, REVOCATION_GROUP),
      delegations: readName("delegationGroup", options.delegationGroup, DELEGATION_GROUP),
    },
    pace: {
      maxStalenessMs: ms("maxStalenessMs", 5_000, 200, 60_000),
      adoptAfterMs: ms("adoptUnmarkedAfterMs", 3_600_000, 0),
      settleMs: ms("settleMs", 2_000, 0),
      maxMandateLifetimeMs: ms("maxMandateLifetimeMs", 3_600_000, 1),
      fullRetryMs: FULL_RETRY_MS,
      snapshotRetryMs: SNAPSHOT_RETRY_MS,
      reconcilePauseMs: RECONCILE_PAUSE_MS,
    },
  };
}
