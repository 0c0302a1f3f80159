import { setTimeout as sleep } from "node:timers/promises";
import type { RedisAccess } from "@caracalai/revocation-redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readStreamReply } from "../../src/streams/stream-reply.js";
import {
  type Connected,
  connectIoredis,
  connectIoredisCluster,
  connectIoredisSentinel,
  connectNodeRedis,
  connectNodeRedisCluster,
  connectNodeRedisSentinel,
} from "../support/clients.js";
import { eventually } from "../support/eventually.js";
import { startCluster } from "../support/redis-cluster.js";
import { type RedisSentinel, startSentinel } from "../support/redis-sentinel.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;
let cluster: readonly RedisServer[];
let sentinel: RedisSentinel;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster(3)]);
  sentinel = await startSentinel(server);
});

afterAll(async () => {
  await sentinel?.stop();
  await Promise.all([server, ...(cluster ?? [])].map((it) => it?.stop()));
});

const BYTES = Uint8Array.from([0, 13, 10, 0xff, 0x80]);

const clients: readonly [string, () => Promise<Connected>][] = [
  ["node-redis, RESP2", () => connectNodeRedis(server, 2)],
  ["node-redis, RESP3", () => connectNodeRedis(server, 3)],
  ["node-redis, cluster", () => connectNodeRedisCluster(cluster)],
  ["node-redis, Sentinel", () => connectNodeRedisSentinel(sentinel)],
  ["ioredis, RESP2", () => connectIoredis(server, 2)],
  ["ioredis, RESP3", () => connectIoredis(server, 3)],
  ["ioredis, cluster", () => connectIoredisCluster(cluster)],
  ["ioredis, Sentinel", () => connectIoredisSentinel(sentinel)],
];

describe.each(clients)("%s", (name, connect) => {
  let connected: Connected;
  let redis: RedisAccess;

  beforeAll(async () => {
    connected = await connect();
    redis = connected.redis;
  });

  afterAll(() => connected?.end());

  test("a connection that is closed before it is open leaves none behind", async () => {
    const servers = [server, ...cluster];
    const count = async (): Promise<number> => {
      const lists = await Promise.all(servers.map((it) => it.command("CLIENT", "LIST")));
      return lists.map((list) => String(list).trim().split("\n").length).reduce((a, b) => a + b);
    };
    const before = await count();
    const opening = Array.from({ length: 24 }, async (_, at) => {
      const connection = redis.connection();
      const opened = connection.open();
      if (at % 6 > 0) await sleep((at % 6) - 1);
      connection.close();
      // Some may have been open by then.
      await opened.catch(() => {});
    });
    await Promise.all(opening);
    // A few of the servers' own come and go.
    await eventually(async () => (await count()) <= before + 3, "none is left", 20_000);
  });

  test("sends text and bytes, and gives bytes back", async () => {
    const key = `bytes of ${name}`;
    await redis.command(["SET", key, BYTES], { key });
    expect(await redis.command(["GET", key], { key })).toEqual(Buffer.from(BYTES));
    expect(await redis.command(["GET", new TextEncoder().encode(key)], { key })).toEqual(
      Buffer.from(BYTES),
    );
    expect(await redis.command(["GET", `${key}?`], { key: `${key}?` })).toBeNull();
  });

  test("rejects where Redis answers with an error", async () => {
    const key = `text of ${name}`;
    await redis.command(["SET", key, "x"], { key });
    await expect(redis.command(["LPUSH", key, "y"], { key })).rejects.toThrow(/^WRONGTYPE/);
  });

  test("finds each key at the node that has it, and all keys at the primaries", async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `{${name}/${index}}`);
    await Promise.all(keys.map((key) => redis.command(["SET", key, key], { key })));
    const found = await Promise.all(keys.map((key) => redis.command(["GET", key], { key })));
    expect(found.map(String)).toEqual(keys);
    const primaries = await redis.primaries();
    expect(primaries).toHaveLength(redis.isCluster ? 3 : 1);
    const listed = await Promise.all(primaries.map((command) => command(["KEYS", `{${name}/*`])));
    expect(listed.flat().map(String).sort()).toEqual(keys.toSorted());
  });

  test("has connections of its own, which may block without keeping the others waiting", async () => {
    const key = `stream of ${name}`;
    const own = redis.connection();
    await own.open();
    const read = own.command(["XREAD", "BLOCK", "10000", "STREAMS", key, "0"], { key });
    await redis.command(["PING"]);
    await redis.command(["XADD", key, "1-1", "name", BYTES], { key });
    expect(readStreamReply(await read)).toEqual([
      { id: "1-1", fields: [Buffer.from("name"), Buffer.from(BYTES)] },
    ]);
    const vain = ["XREAD", "BLOCK", "1", "STREAMS", key, "1-1"];
    expect(readStreamReply(await own.command(vain, { key }))).toEqual([]);
    own.close();
  });

  test("a connection that is closed rejects what is under way, and stays closed", async () => {
    const key = `silent stream of ${name}`;
    const own = redis.connection();
    await own.open();
    const read = own.command(["XREAD", "BLOCK", "0", "STREAMS", key, "$"], { key });
    const rejected = expect(read).rejects.toThrow();
    // Not before it was sent.
    await redis.command(["PING"]);
    own.close();
    await rejected;
    await expect(own.command(["PING"])).rejects.toThrow();
    own.close();
    expect(String(await redis.command(["PING"]))).toBe("PONG");
  });
});
