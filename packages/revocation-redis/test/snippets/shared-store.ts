import {
  fromNodeRedis,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationStore,
  requireSafeServer,
} from "@caracalai/revocation-redis";
import { createClient } from "redis";

const client = createClient({
  url: process.env.REDIS_URL ?? "redis://localhost:6379",
  // A host that has vanished closes no connection: one that is silent for long is given up, and
  // another one opened. By its own strategy, the client would close for good.
  pingInterval: 1_000,
  socket: { socketTimeout: 5_000, reconnectStrategy: 500 },
});
client.on("error", (error) => console.error("Redis:", error.name));

export const redis = fromNodeRedis(client);
// Before the client connects: with a wrong password, it would try for ever.
await requireSafeServer(redis);
await client.connect();

export const revocations = new RedisRevocationStore({ redis });

export const signatureKeys = [process.env.STREAM_KEY ?? ""];
const options = { redis, store: revocations, signatureKeys };
const consumers = [new RedisRevocationConsumer(options), new RedisDelegationConsumer(options)];
await Promise.all(consumers.map((consumer) => consumer.start()));

/** For a readiness probe. */
export const isReady = () => consumers.every((consumer) => consumer.health().ready);

/** When the server ends. */
export async function stop() {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await client.close();
}
