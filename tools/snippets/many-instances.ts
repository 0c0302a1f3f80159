import {
  fromNodeRedis,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationReplica,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { createClient } from "redis";

const client = createClient({
  url: process.env.REDIS_URL ?? "",
  disableOfflineQueue: true,
  // A silent connection is given up, and another one opened: by default neither is so.
  pingInterval: 1_000,
  socket: { socketTimeout: 5_000, reconnectStrategy: 500 },
});
client.on("error", (error) => console.error("Redis:", error.name));
await client.connect();

const options = { redis: fromNodeRedis(client), signatureKeys: [process.env.STREAM_KEY ?? ""] };
const store = new RedisRevocationStore({ redis: options.redis });
const consumers = [RedisRevocationConsumer, RedisDelegationConsumer];
export const revocations = new RedisRevocationReplica(options);
const parts = [revocations, ...consumers.map((Consumer) => new Consumer({ ...options, store }))];
await Promise.all(parts.map((part) => part.start()));

/** When the server ends. */
export async function stop(): Promise<void> {
  await Promise.all(parts.map((part) => part.stop()));
  client.destroy();
}
