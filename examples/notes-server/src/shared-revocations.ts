import { setTimeout as sleep } from "node:timers/promises";
import type { RevocationStore } from "@caracalai/revocation";
import {
  fromNodeRedis,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationReplica,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { createRedisClient } from "./create-redis-client.js";
import { isFitRedis } from "./is-fit-redis.js";
import type { RedisConfig } from "./redis-config.js";

const AGAIN_MS = 500;
const WATCH_MS = 250;

/** The revocations of all instances, as this one knows them. */
export interface SharedRevocations {
  /** Answers nothing while it is not certain to be up to date: mandates are refused with 503. */
  readonly revocations: RevocationStore;
  /** Finishes what is in hand, as long as Redis answers, and disconnects. */
  stop(): Promise<void>;
}

/**
 * Begins to follow the revocations in Redis, and waits neither for them, nor for a Redis that is away:
 * it is asked again until it answers.
 *
 * @param report - gets a line whenever it begins or ceases to know all revocations, or why it does not
 * @throws ConfigError, ConfigurationError (rejects) where something is set up wrongly, Redis included
 */
export async function startSharedRevocations(
  { url, trust, isNew }: RedisConfig,
  report: (line: string) => void,
): Promise<SharedRevocations> {
  const client = createRedisClient(url);
  const redis = fromNodeRedis(client);
  const adoption = isNew ? { adoptUnmarkedAfterMs: 0 } : {};
  const replica = new RedisRevocationReplica({ redis, ...trust, ...adoption });
  // The replica reads for this instance; the consumers keep the keys written that newcomers read.
  const options = { redis, store: new RedisRevocationStore({ redis }), ...trust };
  const consumers = [new RedisRevocationConsumer(options), new RedisDelegationConsumer(options)];

  const stopping = new AbortController();
  const { signal } = stopping;
  let said: string | undefined;
  const say = (line: string) => {
    if (line !== said && !signal.aborted) report(line);
    said = line;
  };

  async function begin(): Promise<void> {
    const startable = [replica, ...consumers];
    // Those that reject were too early. They go on trying, and the watch tells how it went.
    await Promise.allSettled([client.connect(), ...startable.map((it) => it.start())]);
  }

  async function beginWhenFit(): Promise<void> {
    say("revocations are not known: Redis does not answer");
    for (let isFit = false; !isFit; ) {
      await sleep(AGAIN_MS, undefined, { signal });
      isFit = await isFitRedis(redis).catch((error: Error) => {
        say(error.message);
        return false;
      });
    }
    signal.throwIfAborted();
    await begin();
  }

  // What is set up wrongly shows at the start, where Redis is there to tell.
  const isFit = await isFitRedis(redis);
  // Rejects when it is stopped.
  void (isFit ? begin() : beginWhenFit()).catch(() => {});

  const watch = setInterval(() => {
    const { problem } = replica.health();
    const loss = consumers.map((consumer) => consumer.health().loss).find((it) => it !== undefined);
    const lost = loss === undefined ? "" : `; events were lost (${loss})`;
    // Before it has begun, there is a better reason.
    if (problem === "stopped") return;
    say(`revocations are ${problem === undefined ? "known" : `not known: ${problem}`}${lost}`);
  }, WATCH_MS);

  return {
    revocations: replica,
    stop: async () => {
      stopping.abort();
      clearInterval(watch);
      await Promise.all([replica, ...consumers].map((it) => it.stop()));
      if (client.isOpen) client.destroy();
    },
  };
}
