import { pause } from "../commands/pause.js";
import { ConfigurationError } from "../configuration-error.js";
import type { ConsumerHealth } from "../consumer/consumer-health.js";
import { RedisDelegationConsumer } from "../consumer/redis-delegation-consumer.js";
import { RedisRevocationConsumer } from "../consumer/redis-revocation-consumer.js";
import type { RedisAccess } from "../redis-access.js";
import { RedisStoreError } from "../redis-store-error.js";
import { RedisRevocationReplica } from "../replica/redis-revocation-replica.js";
import type { ReplicaHealth } from "../replica/replica-health.js";
import type { RedisRevocationReplicaOptions } from "../replica/replica-options.js";
import { RedisRevocationStore } from "../store/redis-revocation-store.js";
import { requireSafeServer } from "../store/require-safe-server.js";

const FIT_TIMEOUT_MS = 2_000;
const AGAIN_MS = 500;
const WATCH_MS = 250;

/** Options of `startSharedRevocations`: those of `RedisRevocationReplica`, and one more. */
export interface SharedRevocationsOptions extends RedisRevocationReplicaOptions {
  /**
   * Gets a sentence for the log whenever this instance begins or ceases to know all revocations, and
   * why; by default nobody is told. Holds no anchor, key or address.
   */
  readonly report?: ((sentence: string) => void) | undefined;
}

/** The revocations of all instances, as this one knows them. */
export interface SharedRevocations {
  /** For a verifier. Answers nothing while it is not certain to be up to date: 503. */
  readonly revocations: RedisRevocationReplica;
  /** How each part is. For a readiness probe, `revocations.ready` is enough. */
  health(): SharedRevocationsHealth;
  /** Finishes what is in hand, within the deadlines of the parts. Never rejects; may be repeated. */
  stop(): Promise<void>;
}

/** How each part is. */
export interface SharedRevocationsHealth {
  readonly replica: ReplicaHealth;
  /** Of the consumers, which write what instances that start later read first. */
  readonly revocations: ConsumerHealth;
  readonly delegations: ConsumerHealth;
}

/**
 * All that an instance needs to share revocations: a replica, which it asks, and both consumers.
 * Resolves when Redis has been found fit, and waits neither for the replica to be ready nor for a
 * Redis that is away: it is asked again until it answers, and until then mandates are refused with 503.
 *
 * @throws ConfigurationError (rejects with it) where an option is wrong, or where Redis is there and not
 *   fit (`requireSafeServer`).
 */
export async function startSharedRevocations(
  options: SharedRevocationsOptions,
): Promise<SharedRevocations> {
  const { report, ...settings } = options ?? {};
  if (report !== undefined && typeof report !== "function") {
    throw new ConfigurationError("report must be a function.");
  }
  const parts = createParts(settings);
  const { replica, revocations, delegations } = parts;
  const all = [replica, revocations, delegations];
  const stopping = new AbortController();
  const { signal } = stopping;

  let said: string | undefined;
  const say = (sentence: string): void => {
    if (sentence === said || signal.aborted) return;
    said = sentence;
    try {
      report?.(sentence);
    } catch {
      // A log that fails is no reason to stop serving, and nobody is there to catch it.
    }
  };
  const begin = async (): Promise<void> => {
    // Those that reject were too early. They go on trying, and their health tells how it went.
    await Promise.allSettled(all.map((part) => part.start()));
  };
  const beginWhenFit = async (): Promise<void> => {
    say("revocations are not known: Redis does not answer");
    for (let isFit = false; !isFit; ) {
      await pause(AGAIN_MS, signal);
      if (signal.aborted) return;
      isFit = await isFitRedis(settings.redis).catch((error: Error) => {
        say(`revocations are not known: ${error.message}`);
        return false;
      });
    }
    if (!signal.aborted) await begin();
  };

  // What is set up wrongly shows at the start, where Redis is there to tell.
  const isFit = await isFitRedis(settings.redis);
  void (isFit ? begin() : beginWhenFit());

  const health = (): SharedRevocationsHealth => ({
    replica: replica.health(),
    revocations: revocations.health(),
    delegations: delegations.health(),
  });
  const watch = setInterval(() => {
    const { problem } = replica.health();
    // Before it has begun, there is a better reason.
    if (problem !== "stopped") say(describe(health()));
  }, WATCH_MS);
  watch.unref();

  return {
    revocations: replica,
    health,
    stop: async () => {
      stopping.abort();
      clearInterval(watch);
      await Promise.allSettled(all.map((part) => part.stop()));
    },
  };
}

interface Parts {
  readonly replica: RedisRevocationReplica;
  readonly revocations: RedisRevocationConsumer;
  readonly delegations: RedisDelegationConsumer;
}

function createParts(options: RedisRevocationReplicaOptions): Parts {
  const {
    redis,
    signatureKeys,
    allowUnsigned,
    commandTimeoutMs,
    keyPrefix,
    defaultTtlMs,
    maxMandateLifetimeMs,
  } = options;
  const replica = new RedisRevocationReplica(options);
  const store = new RedisRevocationStore({ redis, keyPrefix, defaultTtlMs });
  const shared = {
    redis,
    store,
    signatureKeys,
    allowUnsigned,
    commandTimeoutMs,
    maxMandateLifetimeMs,
  };
  return {
    replica,
    revocations: new RedisRevocationConsumer({
      ...shared,
      stream: options.revocationStream,
      group: options.revocationGroup,
    }),
    delegations: new RedisDelegationConsumer({
      ...shared,
      stream: options.delegationStream,
      group: options.delegationGroup,
    }),
  };
}

/** @returns false where Redis gives no answer in time, or none that says either. */
async function isFitRedis(redis: RedisAccess): Promise<boolean> {
  try {
    await requireSafeServer(redis, { timeoutMs: FIT_TIMEOUT_MS });
    return true;
  } catch (error) {
    if (error instanceof ConfigurationError)
      throw new ConfigurationError(`redis: ${error.message}`);
    if (error instanceof RedisStoreError) return false;
    throw error;
  }
}

function describe({ replica, revocations, delegations }: SharedRevocationsHealth): string {
  const loss = revocations.loss ?? delegations.loss;
  const lost = loss === undefined ? "" : `; events were lost (${loss})`;
  const parts = [replica, revocations, delegations];
  const isForeign = parts.some(({ wrongSignatures }) => wrongSignatures > 0);
  const foreign = isForeign ? "; events are signed with none of the signatureKeys" : "";
  return `revocations are ${describeReplica(replica)}${lost}${foreign}`;
}

function describeReplica({ problem }: ReplicaHealth): string {
  if (problem === undefined) return "known";
  return problem === "lagging" ? "known, but may be late: lagging" : `not known: ${problem}`;
}
