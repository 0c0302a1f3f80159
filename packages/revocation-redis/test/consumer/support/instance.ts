import { setTimeout as sleep } from "node:timers/promises";
import {
  type RedisConsumerOptions,
  RedisRevocationConsumer,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { connectNodeRedis } from "../../support/clients.js";
import { KEY } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";

type Address = Parameters<typeof connectNodeRedis>[0];

/** An instance on the shared store, by what decides whether it lets a mandate in. End it with `stop`. */
export interface StoreInstance {
  readonly store: RedisRevocationStore;
  readonly consumer: RedisRevocationConsumer;
  stop(): Promise<void>;
}

/** Starts one that is ready. `own` is the way that the consumer's own connection takes. */
export async function startInstance(
  shared: Address,
  own = shared,
  options: Partial<RedisConsumerOptions> = {},
): Promise<StoreInstance> {
  const [forAll, forOwn] = [await connectNodeRedis(shared), await connectNodeRedis(own)];
  const redis = { ...forAll.redis, connection: forOwn.redis.connection };
  const store = new RedisRevocationStore({ redis });
  const trust = { signatureKeys: [KEY] };
  const consumer = new RedisRevocationConsumer({ redis, store, ...trust, ...options });
  await consumer.start();
  await eventually(() => consumer.health().ready, "readiness");
  return {
    store,
    consumer,
    stop: async () => {
      await consumer.stop();
      forAll.end();
      forOwn.end();
    },
  };
}

/**
 * For 3 seconds from now on: when an instance says that it is ready, and lets a session in that was
 * revoked more than a second before, in milliseconds after the revocation.
 */
export async function lateAcceptances(
  { store, consumer }: StoreInstance,
  session: string,
): Promise<readonly number[]> {
  const acknowledgedAt = performance.now();
  const late: number[] = [];
  while (performance.now() < acknowledgedAt + 3_000) {
    const [wasReady, askedAt] = [consumer.health().ready, performance.now()];
    const isRevoked = await store.isRevoked(session).catch(() => true);
    const isReady = wasReady && consumer.health().ready;
    const lateMs = Math.round(askedAt - acknowledgedAt);
    if (!isRevoked && isReady && lateMs > 1_000) late.push(lateMs);
    await sleep(5);
  }
  return late;
}

/** A machine that leaves this process alone for longer is too busy to tell anything of readiness. */
const MOST_STALLED_MS = 200;
/** For so long after a stall, what is seen is not counted. */
const AFTER_STALL_MS = 1_500;

/** For so long: how often the instance was asked whether it is ready, and how often it was not. */
export async function watchReadiness(
  { consumer }: StoreInstance,
  ms: number,
): Promise<{ readonly asked: number; readonly notReady: number }> {
  let [asked, notReady] = [0, 0];
  const end = performance.now() + ms;
  for (let [last, from] = [performance.now(), 0]; last < end; await sleep(2)) {
    const now = performance.now();
    if (now - last > MOST_STALLED_MS) from = now + AFTER_STALL_MS;
    last = now;
    if (now < from) continue;
    asked += 1;
    if (!consumer.health().ready) notReady += 1;
  }
  return { asked, notReady };
}
