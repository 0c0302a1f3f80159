import {
  fromIoredis,
  fromNodeRedis,
  fromNodeRedisCluster,
  fromNodeRedisSentinel,
  type RedisAccess,
} from "@caracalai/revocation-redis";
import { Cluster, Redis } from "ioredis";
import { createCluster, createSentinel } from "redis";
import { redisClient } from "./redis-client.js";
import type { RedisSentinel } from "./redis-sentinel.js";

/** Where a client connects to: a server, or a proxy before it. */
interface Address {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** A client that a test has connected, and has to end. */
export interface Connected {
  readonly redis: RedisAccess;
  end(): void;
}

const noErrors = (): void => {};

export async function connectNodeRedis(server: Address, resp: 2 | 3 = 3): Promise<Connected> {
  const socket = { reconnectStrategy: 50, connectTimeout: 1_000 };
  const client = redisClient({ url: server.url, socket }, resp).on("error", noErrors);
  await client.connect();
  return { redis: fromNodeRedis(client), end: () => client.destroy() };
}

export async function connectIoredis(server: Address, protocol: 2 | 3 = 3): Promise<Connected> {
  const client = new Redis({
    host: server.host,
    port: server.port,
    lazyConnect: true,
    protocol,
    replyMapping: protocol === 3 ? "resp3" : "legacy",
    retryStrategy: () => 50,
  }).on("error", noErrors);
  await client.connect();
  return { redis: fromIoredis(client), end: () => client.disconnect() };
}

export async function connectNodeRedisCluster(nodes: readonly Address[]): Promise<Connected> {
  const client = createCluster({ rootNodes: nodes.map(({ url }) => ({ url })) });
  client.on("error", noErrors);
  await client.connect();
  return { redis: fromNodeRedisCluster(client), end: () => client.destroy() };
}

export async function connectIoredisCluster(nodes: readonly Address[]): Promise<Connected> {
  const client = new Cluster(
    nodes.map(({ host, port }) => ({ host, port })),
    { lazyConnect: true },
  ).on("error", noErrors);
  await client.connect();
  return { redis: fromIoredis(client), end: () => client.disconnect() };
}

export async function connectNodeRedisSentinel(sentinel: RedisSentinel): Promise<Connected> {
  const { name, host, port } = sentinel;
  const client = createSentinel({ name, sentinelRootNodes: [{ host, port }], scanInterval: 500 });
  client.on("error", noErrors);
  await client.connect();
  return { redis: fromNodeRedisSentinel(client), end: () => void client.destroy() };
}

export async function connectIoredisSentinel(sentinel: RedisSentinel): Promise<Connected> {
  const { name, host, port } = sentinel;
  const client = new Redis({ name, sentinels: [{ host, port }], lazyConnect: true });
  client.on("error", noErrors);
  await client.connect();
  return { redis: fromIoredis(client), end: () => client.disconnect() };
}
