import { fromIoredis, fromNodeRedis, type RedisAccess } from "@caracalai/revocation-redis";
import { Redis } from "ioredis";
import type { Link } from "../../packages/revocation-redis/test/support/link.js";
import { redisClient } from "../../packages/revocation-redis/test/support/redis-client.js";

/** A client of an instance, connecting or connected: it goes on trying. */
export interface Client {
  readonly redis: RedisAccess;
  end(): void;
}

/** A client as the package's README advises: one that is silent for long is given up. */
export function connectClient(kind: "node-redis" | "ioredis", link: Link): Client {
  return kind === "ioredis" ? connectIoredis(link) : connectNodeRedis(link);
}

function connectNodeRedis({ url }: Link): Client {
  const socket = { reconnectStrategy: 50, connectTimeout: 1_000, socketTimeout: 5_000 };
  const client = redisClient({ url, pingInterval: 1_000, socket }).on("error", () => {});
  client.connect().catch(() => {});
  return { redis: fromNodeRedis(client), end: () => client.destroy() };
}

function connectIoredis({ host, port }: Link): Client {
  const client = new Redis({
    host,
    port,
    connectTimeout: 1_000,
    socketTimeout: 5_000,
    retryStrategy: () => 50,
  }).on("error", () => {});
  return { redis: fromIoredis(client), end: () => client.disconnect() };
}
