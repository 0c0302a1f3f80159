import {
  fromIoredis,
  fromNodeRedis,
  type RedisProblem,
  RedisRevocationStore,
  RedisStoreError,
} from "@caracalai/revocation-redis";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test, vi } from "vitest";
import { freePort } from "../../../../tools/test-support/free-port.js";
import { type Connected, connectIoredis, connectNodeRedis } from "../support/clients.js";
import { Link } from "../support/link.js";
import { redisClient } from "../support/redis-client.js";
import { type RedisServer, type RedisServerOptions, startRedis } from "../support/redis-server.js";

const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function server(options?: RedisServerOptions): Promise<RedisServer> {
  const started = await startRedis(options);
  ends.push(() => started.stop());
  return started;
}

type Connect = (server: Pick<RedisServer, "host" | "port" | "url">) => Promise<Connected>;

async function storeOf(
  connect: Connect,
  to: Parameters<Connect>[0],
): Promise<RedisRevocationStore> {
  const { redis, end } = await connect(to);
  ends.push(end);
  return new RedisRevocationStore({ redis });
}

const QUERY = { anchors: ["sid", "root", "agent", "edge"], zoneId: "zone" };

/** What became of a question: the state that was answered, or why there was none. */
async function outcome(store: RedisRevocationStore): Promise<unknown> {
  try {
    return await store.check(QUERY);
  } catch (error) {
    return error instanceof RedisStoreError ? (error.redisCode ?? error.problem) : error;
  }
}

/** Asks until Redis answers again. */
const untilAnswered = (store: RedisRevocationStore): Promise<unknown> =>
  vi.waitFor(
    async () => {
      const answer = await outcome(store);
      expect(answer).toBeTypeOf("object");
      return answer;
    },
    { timeout: 10_000, interval: 20 },
  );

const NOTHING = { revoked: false, delegationEpoch: 0 };
const REVOKED = { revoked: true, delegationEpoch: 7 };

describe.each<[string, Connect]>([
  ["node-redis", (to) => connectNodeRedis(to)],
  ["ioredis", (to) => connectIoredis(to)],
])("over %s, the store", (_, connect) => {
  async function revoked(redis: RedisServer): Promise<RedisRevocationStore> {
    const store = await storeOf(connect, redis);
    await store.markRevoked("edge");
    await store.markDelegationEpoch("zone", 7);
    expect(await outcome(store)).toEqual(REVOKED);
    return store;
  }

  test("answers nothing while Redis is killed, and knows the revocations that were persistent", async () => {
    const redis = await server({ persistent: true });
    const store = await revoked(redis);
    await redis.kill();
    for (let i = 0; i < 5; i += 1) expect(await outcome(store)).toMatch(/timeout|connection/);
    await expect(store.markRevoked("new")).rejects.toThrow(RedisStoreError);
    await redis.start();
    expect(await untilAnswered(store)).toEqual(REVOKED);
  });

  test("answers nothing while Redis is frozen, within its deadline, and the same as before afterwards", async () => {
    const redis = await server();
    const store = await revoked(redis);
    redis.freeze();
    for (let i = 0; i < 3; i += 1) expect(await outcome(store)).toBe("timeout");
    expect(await Promise.all(Array.from({ length: 50 }, () => outcome(store)))).toEqual(
      Array.from({ length: 50 }, () => "timeout"),
    );
    redis.thaw();
    expect(await untilAnswered(store)).toEqual(REVOKED);
  });

  test("does not take what came too late for an answer", async () => {
    const redis = await server();
    const proxy = await Link.start(redis);
    ends.push(() => proxy.stop());
    const store = await storeOf(connect, proxy);
    expect(await outcome(store)).toEqual(NOTHING);
    proxy.delayMs = 300;
    expect(await outcome(store)).toBe("timeout");
    // Whatever is late of the first questions must not be taken for the answer to this one.
    await redis.command("SET", "caracal:revoked:sessions:root", "1");
    proxy.delayMs = 0;
    expect(await untilAnswered(store)).toEqual({ revoked: true, delegationEpoch: 0 });
  });

  test("answers nothing where its connection is cut, and goes on after that", async () => {
    const redis = await server();
    const proxy = await Link.start(redis);
    ends.push(() => proxy.stop());
    await revoked(redis);
    const store = await storeOf(connect, proxy);
    for (let i = 0; i < 20; i += 1) {
      proxy.delayMs = 5;
      const question = outcome(store);
      proxy.cut();
      expect(await question).toSatisfy(
        (it) => it === "timeout" || it === "connection" || (it as typeof REVOKED).revoked === true,
      );
    }
    proxy.delayMs = 0;
    expect(await untilAnswered(store)).toEqual(REVOKED);
  });

  test("knows its scripts again after a restart", async () => {
    const redis = await server({ persistent: true });
    const store = await revoked(redis);
    await redis.restart();
    expect(await untilAnswered(store)).toEqual(REVOKED);
    await redis.command("SCRIPT", "FLUSH");
    expect(await outcome(store)).toEqual(REVOKED);
    await redis.command("SCRIPT", "FLUSH");
    await store.markRevoked("new");
    expect(await store.isRevoked("new")).toBe(true);
  });

  test("answers nothing where Redis has become a replica, and what it has as a primary", async () => {
    const [redis, other] = await Promise.all([server(), server()]);
    const store = await revoked(redis);
    await other.replicate(redis);
    const follower = await storeOf(connect, other);
    expect(await outcome(follower)).toBe("READONLY");
    await expect(follower.markRevoked("x")).rejects.toMatchObject({ redisCode: "READONLY" });
    await other.promote();
    expect(await outcome(follower)).toEqual(REVOKED);
    // The failover is over: the old primary follows, and may be behind.
    await redis.replicate(other);
    expect(await outcome(store)).toBe("READONLY");
  });

  test("answers nothing where a primary has lost the replicas that it must have", async () => {
    const redis = await server();
    const store = await revoked(redis);
    await redis.command("CONFIG", "SET", "min-replicas-to-write", "1");
    expect(await outcome(store)).toBe("NOREPLICAS");
  });

  test("refuses to store where memory is used up, and still answers what is stored", async () => {
    const redis = await server();
    const store = await revoked(redis);
    await redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    await redis.command("CONFIG", "SET", "maxmemory", "1mb");
    await expect(redis.command("SET", "x", "x")).rejects.toThrow(/^OOM/);
    for (const write of [
      () => store.markRevoked("new"),
      () => store.markDelegationEpoch("new", 1),
      () => store.markDelegationEpoch("zone", 8),
    ]) {
      await expect(write()).rejects.toMatchObject({ name: "RevocationStoreFullError" });
    }
    expect(await outcome(store)).toEqual(REVOKED);
    expect(await store.isRevoked("new")).toBe(false);
    await redis.command("CONFIG", "SET", "maxmemory", "0");
    await store.markRevoked("new");
    expect(await store.isRevoked("new")).toBe(true);
  });
});

describe("where Redis is down from the start, the store answers nothing and starts to as soon as it is up", () => {
  test("over node-redis", async () => {
    const port = await freePort();
    const client = redisClient({ socket: { port, host: "127.0.0.1", reconnectStrategy: 20 } });
    client.on("error", () => {});
    const store = new RedisRevocationStore({ redis: fromNodeRedis(client) });
    expect(await outcome(store)).toBe("connection");
    const connecting = client.connect();
    ends.push(() => client.destroy());
    for (let i = 0; i < 3; i += 1) expect(await outcome(store)).toBe("timeout");
    await bringUp(port);
    await connecting;
    expect(await untilAnswered(store)).toEqual(NOTHING);
  });

  test("over ioredis", async () => {
    const port = await freePort();
    const client = new Redis({ port, host: "127.0.0.1", retryStrategy: () => 20 });
    client.on("error", () => {});
    ends.push(() => client.disconnect());
    const store = new RedisRevocationStore({ redis: fromIoredis(client) });
    for (let i = 0; i < 3; i += 1) expect(await outcome(store)).toMatch(/timeout|connection/);
    await bringUp(port);
    expect(await untilAnswered(store)).toEqual(NOTHING);
  });

  async function bringUp(port: number): Promise<void> {
    const redis = await startRedis({}, port);
    ends.push(() => redis.stop());
  }
});

test("that Redis was emptied, or came back empty, the store alone cannot notice", async () => {
  // The consumer and the replica notice it: see their tests.
  const redis = await server();
  const store = await storeOf((to) => connectNodeRedis(to), redis);
  await store.markRevoked("edge");
  await redis.command("FLUSHALL");
  expect(await outcome(store)).toEqual(NOTHING);
  await store.markRevoked("edge");
  await redis.restart();
  expect(await untilAnswered(store)).toEqual(NOTHING);
});

test("commands beyond maxPendingCommands are refused at once, and none once Redis answers", async () => {
  const redis = await server();
  const { redis: access, end } = await connectNodeRedis(redis);
  ends.push(end);
  const store = new RedisRevocationStore({ redis: access, maxPendingCommands: 3 });
  expect(await outcome(store)).toEqual(NOTHING);
  redis.freeze();
  const first = [outcome(store), outcome(store), outcome(store)];
  expect(await outcome(store)).toBe("overloaded");
  expect(await Promise.all(first)).toEqual(["timeout", "timeout", "timeout"]);
  // Their time is up, and yet they wait in the client still.
  expect(await outcome(store)).toBe("overloaded" satisfies RedisProblem);
  redis.thaw();
  expect(await untilAnswered(store)).toEqual(NOTHING);
});
