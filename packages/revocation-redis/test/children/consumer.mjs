// A server that does nothing but consume, until it is killed. From the built packages.
import {
  fromNodeRedis,
  RedisRevocationConsumer,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { createClient } from "redis";

const client = createClient({ url: process.env.REDIS_URL });
client.on("error", () => {});
await client.connect();
const redis = fromNodeRedis(client);
const store = new RedisRevocationStore({ redis });
const consumer = new RedisRevocationConsumer({ redis, store, signatureKeys: [process.env.KEY] });
await consumer.start();
process.stdout.write("started\n");
