import {
  fromIoredis,
  fromNodeRedis,
  fromNodeRedisCluster,
  fromNodeRedisSentinel,
} from "@caracalai/revocation-redis";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { expect, test } from "vitest";

test("the adapters take the clients of both libraries", () => {
  const accesses = [
    fromNodeRedis(createClient()),
    fromNodeRedis(createClient({ RESP: 2 })),
    fromNodeRedisCluster(createCluster({ rootNodes: [] })),
    fromNodeRedisSentinel(
      createSentinel({ name: "x", sentinelRootNodes: [{ host: "127.0.0.1", port: 1 }] }),
    ),
    fromIoredis(new Redis({ lazyConnect: true })),
    fromIoredis(new Cluster([{ host: "127.0.0.1", port: 1 }], { lazyConnect: true })),
  ];
  expect(accesses.map(({ isCluster }) => isCluster)).toEqual([
    false,
    false,
    true,
    false,
    false,
    true,
  ]);
});
