import { revocationStoreContract } from "@caracalai/revocation/testing";
import { RedisRevocationStore } from "@caracalai/revocation-redis";
import { afterAll, beforeAll, describe, test } from "vitest";
import {
  type Connected,
  connectIoredis,
  connectIoredisCluster,
  connectNodeRedis,
  connectNodeRedisCluster,
} from "../support/clients.js";
import { startCluster } from "../support/redis-cluster.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;
let cluster: readonly RedisServer[];

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster(2)]);
});

afterAll(async () => {
  await Promise.all([server, ...(cluster ?? [])].map((it) => it?.stop()));
});

const clients: readonly [string, () => Promise<Connected>][] = [
  ["node-redis, RESP2", () => connectNodeRedis(server, 2)],
  ["node-redis, RESP3", () => connectNodeRedis(server, 3)],
  ["node-redis, cluster", () => connectNodeRedisCluster(cluster)],
  ["ioredis, RESP2", () => connectIoredis(server, 2)],
  ["ioredis, RESP3", () => connectIoredis(server, 3)],
  ["ioredis, cluster", () => connectIoredisCluster(cluster)],
];

describe.each(clients)("RedisRevocationStore over %s keeps the contract", (name, connect) => {
  let connected: Connected;
  let count = 0;

  beforeAll(async () => {
    connected = await connect();
  });

  afterAll(() => connected?.end());

  const contract = revocationStoreContract({
    create: () => {
      count += 1;
      return new RedisRevocationStore({
        redis: connected.redis,
        keyPrefix: `${name} ${count}:`,
        // The machine may be busy with other tests: what is tried here is not how fast it is.
        readTimeoutMs: 10_000,
        writeTimeoutMs: 10_000,
      });
    },
    offers: { check: true, subscribe: false },
    manyAnchors: 2_000,
  });
  for (const { name: title, run } of contract) test(title, run);
});
