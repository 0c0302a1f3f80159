import {
  ConfigurationError,
  fromIoredis,
  fromNodeRedis,
  fromNodeRedisCluster,
  fromNodeRedisSentinel,
} from "@caracalai/revocation-redis";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";
import { describe, expect, test } from "vitest";

// None of these clients connects to anything.
const node = { host: "127.0.0.1", port: 1 };
const client = createClient();
const cluster = createCluster({ rootNodes: [] });
const sentinel = createSentinel({ name: "primary", sentinelRootNodes: [node] });
const lazy = { lazyConnect: true } as const;
const clusterOf = (options: object): Cluster => new Cluster([node], { ...lazy, ...options });

type Adapter = (client: never) => unknown;
const refusals: readonly [string, Adapter, unknown, string][] = [
  ["nothing", fromNodeRedis, undefined, "needs a client made by createClient"],
  ["a command function", fromNodeRedis, () => {}, "needs a client made by createClient"],
  ["a client of ioredis", fromNodeRedis, new Redis(lazy), "needs a client made by createClient"],
  ["a cluster", fromNodeRedis, cluster, "use fromNodeRedisCluster"],
  ["Sentinel", fromNodeRedis, sentinel, "use fromNodeRedisSentinel"],
  ["a single client", fromNodeRedisCluster, client, "needs a client made by createCluster"],
  ["a single client", fromNodeRedisSentinel, client, "needs a client made by createSentinel"],
  ["a client of node-redis", fromIoredis, client, "needs a client of the package ioredis"],
  ["readonly", fromNodeRedis, createClient({ readonly: true }), "reads from a replica"],
  ["readOnly", fromIoredis, new Redis({ ...lazy, readOnly: true }), "reads from replicas"],
  ["role slave", fromIoredis, new Redis({ ...lazy, role: "slave" }), "reads from replicas"],
  ["scaleReads slave", fromIoredis, clusterOf({ scaleReads: "slave" }), "reads from replicas"],
  ["scaleReads all", fromIoredis, clusterOf({ scaleReads: "all" }), "reads from replicas"],
  ["scaleReads by a function", fromIoredis, clusterOf({ scaleReads: () => [] }), "reads from"],
  [
    "reconnectStrategy false",
    fromNodeRedis,
    createClient({ socket: { reconnectStrategy: false } }),
    "would not come back from an outage",
  ],
  [
    "a socketTimeout and the client's own strategy",
    fromNodeRedis,
    createClient({ socket: { socketTimeout: 5_000 } }),
    "set socket.reconnectStrategy",
  ],
  [
    "retryStrategy null",
    fromIoredis,
    new Redis({ ...lazy, retryStrategy: null } as object),
    "leave out its option retryStrategy",
  ],
  [
    "clusterRetryStrategy null",
    fromIoredis,
    clusterOf({ clusterRetryStrategy: null }),
    "leave out its option clusterRetryStrategy",
  ],
  [
    "enableAutoPipelining",
    fromIoredis,
    new Redis({ ...lazy, enableAutoPipelining: true }),
    "leave out its option enableAutoPipelining",
  ],
  [
    "enableAutoPipelining of nodes",
    fromIoredis,
    clusterOf({ redisOptions: { enableAutoPipelining: true } }),
    "leave out its option enableAutoPipelining",
  ],
  ["keyPrefix", fromIoredis, new Redis({ ...lazy, keyPrefix: "app:" }), "prefixes keys"],
  ["keyPrefix of a cluster", fromIoredis, clusterOf({ keyPrefix: "app:" }), "prefixes keys"],
  [
    "keyPrefix of a cluster's nodes",
    fromIoredis,
    clusterOf({ redisOptions: { keyPrefix: "app:" } }),
    "prefixes keys",
  ],
];

describe("a client that would not do is refused", () => {
  test.each(refusals)("%s given to %o", (_, adapter, given, message) => {
    expect(() => adapter(given as never)).toThrow(ConfigurationError);
    expect(() => adapter(given as never)).toThrow(message);
  });
});

test("a client that comes back is taken", () => {
  fromNodeRedis(createClient({ socket: { socketTimeout: 5_000, reconnectStrategy: 500 } }));
  fromNodeRedis(createClient({ socket: { reconnectStrategy: () => 500 } }));
  fromNodeRedis(createClient({ socket: { socketTimeout: 0 } }));
  fromIoredis(new Redis({ ...lazy, socketTimeout: 5_000 }));
});

test("the settings that read from the primary are taken", () => {
  fromIoredis(new Redis({ ...lazy, role: "master", keyPrefix: "", readOnly: false }));
  fromIoredis(clusterOf({ scaleReads: "master" }));
  fromNodeRedis(createClient({ readonly: false, keyPrefix: "ignored by raw commands:" }));
});
