import { setTimeout as sleep } from "node:timers/promises";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  fromNodeRedis,
  type RedisConsumerOptions,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationStore,
  RedisStoreError,
} from "@caracalai/revocation-redis";
import { afterEach, describe, expect, test } from "vitest";
import { freePort } from "../../../../tools/test-support/free-port.js";
import { connectIoredis, connectNodeRedis } from "../support/clients.js";
import { DELEGATIONS, KEY, publish, REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { Link } from "../support/link.js";
import { redisClient } from "../support/redis-client.js";
import { type RedisServer, type RedisServerOptions, startRedis } from "../support/redis-server.js";
import { startInstance } from "./support/instance.js";

const GROUP = "resource-revocation";
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function newServer(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  ends.push(() => server.stop());
  return server;
}

interface Running {
  readonly consumer: RedisRevocationConsumer;
  readonly store: RedisRevocationStore;
}

/** A consumer and its store on connections of their own, as each server has them. */
async function running(
  to: Pick<RedisServer, "host" | "port" | "url">,
  options: Partial<RedisConsumerOptions> = {},
  connect = connectNodeRedis,
): Promise<Running> {
  const { redis, end } = await connect(to);
  ends.push(end);
  const store = new RedisRevocationStore({ redis, readTimeoutMs: 1_000 });
  const trust = { redis, store, signatureKeys: [KEY] };
  const consumer = new RedisRevocationConsumer({ ...trust, stopTimeoutMs: 2_000, ...options });
  ends.push(() => consumer.stop());
  await consumer.start();
  return { consumer, store };
}

/** The answer as soon as there is one. */
async function untilRevoked({ store }: Running, anchor: string): Promise<void> {
  const isRevoked = () => store.isRevoked(anchor).catch(() => false);
  await eventually(isRevoked, `the revocation of ${anchor}`, 15_000);
}

const untilReady = ({ consumer }: Running): Promise<void> =>
  eventually(() => consumer.health().ready, "readiness", 15_000);

async function pendingOf(server: RedisServer): Promise<number> {
  return ((await server.command("XPENDING", REVOCATIONS, GROUP)) as [number])[0];
}

describe.each([
  ["node-redis", connectNodeRedis],
  ["ioredis", connectIoredis],
] as const)("over %s, a consumer", (_, connect) => {
  test("goes on after Redis was killed, and misses nothing that was persistent", async () => {
    const server = await newServer({ persistent: true });
    const it = await running(server, {}, connect as typeof connectNodeRedis);
    await untilReady(it);
    for (let i = 0; i < 3; i += 1) {
      await revoke(server, `before-${i}`);
      await server.kill();
      await eventually(() => !it.consumer.health().ready, "the end of readiness");
      await server.start();
      await revoke(server, `after-${i}`);
      await untilRevoked(it, `before-${i}`);
      await untilRevoked(it, `after-${i}`);
      await untilReady(it);
    }
    expect(it.consumer.health()).toMatchObject({ loss: undefined, trimmed: 0, pending: 0 });
    expect(it.consumer.health().lastError?.message).toMatch(/^Redis /);
  });

  test("notices that Redis came back empty, and goes on without being ready", async () => {
    const server = await newServer();
    const it = await running(server, {}, connect as typeof connectNodeRedis);
    await revoke(server, "lost");
    await untilRevoked(it, "lost");
    await untilReady(it);
    await server.restart();
    await eventually(() => it.consumer.health().loss === "history_lost", "the loss");
    await revoke(server, "new");
    await untilRevoked(it, "new");
    expect(it.consumer.health()).toMatchObject({ state: "reading", ready: false });
  });

  test("is not ready while Redis is frozen, and goes on afterwards", async () => {
    const server = await newServer();
    const it = await running(server, {}, connect as typeof connectNodeRedis);
    await untilReady(it);
    server.freeze();
    await eventually(() => !it.consumer.health().ready, "the end of readiness");
    await eventually(() => it.consumer.health().state === "retrying", "retrying");
    server.thaw();
    await revoke(server, "after");
    await untilRevoked(it, "after");
    await untilReady(it);
  });

  test("acts on every event though its connections are cut all the time", async () => {
    const server = await newServer();
    const proxy = await Link.start(server);
    ends.push(() => proxy.stop());
    const it = await running(proxy, {}, connect as typeof connectNodeRedis);
    for (let i = 0; i < 60; i += 1) {
      await revoke(server, `session-${i}`);
      if (i % 3 === 0) proxy.cut();
    }
    const direct = { ...it, store: (await running(server, { stream: "other" })).store };
    for (let i = 0; i < 60; i += 1) await untilRevoked(direct, `session-${i}`);
    await eventually(async () => (await pendingOf(server)) === 0, "the acknowledgements");
  });
});

describe("history that Redis has lost", () => {
  test("FLUSHALL is noticed by every consumer, and by one that starts later", async () => {
    const server = await newServer();
    const all = [await running(server), await running(server)];
    await revoke(server, "lost");
    for (const it of all) await untilReady(it);
    await server.command("FLUSHALL");
    for (const { consumer } of all) {
      await eventually(() => consumer.health().loss === "history_lost", "the loss");
      expect(consumer.health().ready).toBe(false);
    }
    const late = await running(server);
    await eventually(() => late.consumer.health().loss === "history_lost", "the loss");
    await revoke(server, "new");
    await untilRevoked(late, "new");
  });

  test("matters for as long as a mandate lives", async () => {
    const server = await newServer();
    const it = await running(server, { maxMandateLifetimeMs: 1_500 });
    await untilReady(it);
    await server.command("FLUSHALL");
    await eventually(() => it.consumer.health().loss === "history_lost", "the loss");
    await untilReady(it);
    expect(it.consumer.health().loss).toBeUndefined();
  });

  test("a group that was destroyed is created again, and reads everything that is there", async () => {
    const server = await newServer();
    const it = await running(server);
    await revoke(server, "session");
    await untilRevoked(it, "session");
    await server.command("DEL", "caracal:revoked:sessions:session");
    await server.command("XGROUP", "DESTROY", REVOCATIONS, GROUP);
    await untilRevoked(it, "session");
    expect(it.consumer.health().loss).toBe("history_lost");
  });

  test("a failover to a replica that was behind is noticed", async () => {
    const [primary, behind] = [await newServer(), await newServer()];
    const proxy = await Link.start(primary);
    ends.push(() => proxy.stop());
    const it = await running(proxy);
    await revoke(primary, "replicated");
    await untilRevoked(it, "replicated");
    await behind.replicate(primary);
    await behind.promote();
    await revoke(primary, "lost");
    await untilRevoked(it, "lost");
    await untilReady(it);
    proxy.target = behind;
    await primary.kill();
    await eventually(() => it.consumer.health().loss === "history_lost", "the loss");
    await untilRevoked(it, "replicated");
    await revoke(behind, "new");
    await untilRevoked(it, "new");
    expect(it.consumer.health().ready).toBe(false);
  });

  test("a failover to a replica that has everything is no loss", async () => {
    const [primary, replica] = [await newServer(), await newServer()];
    const proxy = await Link.start(primary);
    ends.push(() => proxy.stop());
    const it = await running(proxy);
    await replica.replicate(primary);
    await revoke(primary, "replicated");
    await untilRevoked(it, "replicated");
    await eventually(async () => (await replica.command("XLEN", REVOCATIONS)) === 1, "the replica");
    await untilReady(it);
    await eventually(async () => (await pendingOf(replica)) === 0, "the replica");
    // The old primary follows now: what is asked of it is refused, and the connection given up.
    await replica.promote();
    await primary.replicate(replica);
    await eventually(() => it.consumer.health().state === "retrying", "retrying");
    const refusal = "Redis refused the command (READONLY).";
    await eventually(() => it.consumer.health().lastError?.message === refusal, "the refusal");
    proxy.target = replica;
    proxy.cut();
    await revoke(replica, "new");
    await untilRevoked(it, "new");
    await untilReady(it);
    expect(it.consumer.health().loss).toBeUndefined();
  });
});

describe("a stream that was trimmed", () => {
  const now = Date.now();
  const add = (server: RedisServer, id: string): Promise<unknown> =>
    server.command("XADD", REVOCATIONS, id, "session_id", `session-${id}`);
  const unsigned = { signatureKeys: undefined, allowUnsigned: true };

  test("before it was read is noticed and counted, by every consumer; what is left is read", async () => {
    const server = await newServer();
    const first = await running(server);
    await revoke(server, "read");
    await untilRevoked(first, "read");
    await first.consumer.stop();
    for (let i = 0; i < 10; i += 1) await revoke(server, `session-${i}`);
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "3");
    const all = [await running(server), await running(server)];
    for (let i = 7; i < 10; i += 1) await untilRevoked(all[0] as Running, `session-${i}`);
    for (const { consumer } of all) {
      await eventually(() => consumer.health().loss === "stream_trimmed", "the loss");
      expect(consumer.health().ready).toBe(false);
    }
    expect(all.reduce((sum, { consumer }) => sum + consumer.health().trimmed, 0)).toBe(7);
  });

  test("after it was read is no loss", async () => {
    const server = await newServer();
    const it = await running(server);
    for (let i = 0; i < 10; i += 1) await revoke(server, `session-${i}`);
    await eventually(() => it.consumer.health().applied === 10, "the events");
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    await revoke(server, "new");
    await untilRevoked(it, "new");
    await untilReady(it);
    expect(it.consumer.health()).toMatchObject({ trimmed: 0, loss: undefined });
  });

  test("to nothing is noticed, and counted once", async () => {
    const server = await newServer();
    const it = await running(server);
    await revoke(server, "session");
    await untilRevoked(it, "session");
    await it.consumer.stop();
    for (let i = 0; i < 5; i += 1) await revoke(server, `session-${i}`);
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    const next = await running(server);
    await eventually(() => next.consumer.health().loss === "stream_trimmed", "the loss");
    await revoke(server, "new");
    await untilRevoked(next, "new");
    expect(next.consumer.health().trimmed).toBe(5);
  });

  test("of nothing but what is too old to matter leaves the consumer ready", async () => {
    const server = await newServer();
    for (let i = 0; i < 10; i += 1) await add(server, `${now - 8_000_000 + i}-1`);
    await add(server, `${now - 4_000_000}-1`);
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "1");
    const it = await running(server, unsigned);
    await untilRevoked(it, `session-${now - 4_000_000}-1`);
    await untilReady(it);
    expect(it.consumer.health()).toMatchObject({ trimmed: 10, loss: undefined });
  });

  test("of events that a consumer held, and had not acted on, is noticed", async () => {
    const server = await newServer();
    await server.command("XGROUP", "CREATE", REVOCATIONS, GROUP, "0", "MKSTREAM");
    for (let i = 0; i < 5; i += 1) await revoke(server, `session-${i}`);
    const read = ["XREADGROUP", "GROUP", GROUP, "dead", "STREAMS", REVOCATIONS, ">"];
    await server.command(...read);
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "2");
    const it = await running(server);
    await eventually(() => it.consumer.health().loss === "stream_trimmed", "the loss");
    for (const i of [3, 4]) await untilRevoked(it, `session-${i}`);
    await eventually(async () => (await pendingOf(server)) === 0, "the acknowledgements");
    // They are counted when they are acknowledged.
    await eventually(() => it.consumer.health().trimmed === 3, "the count");
  });

  test("is judged also where Redis counts no more, since single entries were deleted", async () => {
    const server = await newServer();
    await server.command("XGROUP", "CREATE", REVOCATIONS, GROUP, "0", "MKSTREAM");
    const ids: string[] = [];
    for (let i = 0; i < 10; i += 1) ids.push(await revoke(server, `session-${i}`));
    await server.command("XDEL", REVOCATIONS, ids[5] ?? "");
    const read = ["XREADGROUP", "GROUP", GROUP, "other", "COUNT", "3", "NOACK"];
    await server.command(...read, "STREAMS", REVOCATIONS, ">");
    const [group] = (await server.command("XINFO", "GROUPS", REVOCATIONS)) as unknown[][];
    expect(group?.[group.indexOf("entries-read") + 1]).toBeNull();
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "2");
    const next = await running(server);
    await eventually(() => next.consumer.health().loss === "stream_trimmed", "the loss");
    await untilRevoked(next, "session-9");
  });
});

describe("a store that does not take what was read", () => {
  test("gets it again, which is acknowledged only then; the consumer is not ready meanwhile", async () => {
    const server = await newServer();
    const target = new InMemoryRevocationStore();
    let works = false;
    const store = {
      markRevoked: async (anchor: string): Promise<void> => {
        if (!works) throw new Error("secret-anchor is not welcome");
        target.markRevoked(anchor);
      },
      markDelegationEpoch: () => {},
    };
    const { consumer } = await running(server, { store });
    for (let i = 0; i < 120; i += 1) await revoke(server, `session-${i}`);
    await eventually(async () => (await pendingOf(server)) === 120, "120 events held");
    await eventually(() => !consumer.health().ready, "the end of readiness");
    expect(consumer.health().lastError?.message).toBe("The store did not take an event.");
    works = true;
    await eventually(() => target.size === 120, "120 revocations");
    await eventually(() => consumer.health().ready, "readiness");
    expect(await pendingOf(server)).toBe(0);
  });

  test("keeps nothing else from being written", async () => {
    const server = await newServer();
    const it = await running(server);
    await server.command("RPUSH", "caracal:revoked:sessions:stuck", "x");
    await revoke(server, "stuck");
    for (let i = 0; i < 5; i += 1) {
      await revoke(server, `session-${i}`);
      await untilRevoked(it, `session-${i}`);
    }
    await eventually(() => !it.consumer.health().ready, "the end of readiness");
    expect(it.consumer.health()).toMatchObject({ pending: 1, deadLetters: 0 });
    expect(it.consumer.health().lastError?.message).toBe("Redis refused the command (WRONGTYPE).");
    await server.command("DEL", "caracal:revoked:sessions:stuck");
    await untilRevoked(it, "stuck");
    await untilReady(it);
  });

  test("for want of memory gets it when there is memory again, dead letters too", async () => {
    const server = await newServer();
    const it = await running(server);
    await revoke(server, "first");
    await untilRevoked(it, "first");
    const limit = (memory: string): Promise<unknown> =>
      server.command("CONFIG", "SET", "maxmemory", memory);
    await it.consumer.stop();
    await revoke(server, "second");
    await server.command("XADD", REVOCATIONS, "*", "poison", "x");
    await limit("1mb");
    const next = await running(server);
    await eventually(async () => (await pendingOf(server)) === 2, "2 events held");
    await eventually(() => !next.consumer.health().ready, "the end of readiness");
    expect(next.consumer.health()).toMatchObject({ applied: 0, deadLetters: 0 });
    await limit("0");
    await untilRevoked(next, "second");
    await eventually(() => next.consumer.health().deadLetters === 1, "the dead letter");
    await untilReady(next);
  });
});

test("a store that confirms nothing ends readiness before the event is given up", async () => {
  const server = await newServer();
  const store = { markRevoked: () => new Promise<void>(() => {}), markDelegationEpoch: () => {} };
  const it = await running(server, { store, stopTimeoutMs: 50 });
  await untilReady(it);
  await revoke(server, "session");
  await eventually(() => !it.consumer.health().ready, "the end of readiness", 4_000);
  expect(it.consumer.health().state).toBe("reading");
});

describe("stop", () => {
  const slow = (ms: number, written: string[]) => ({
    markRevoked: async (anchor: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      written.push(anchor);
    },
    markDelegationEpoch: () => {},
  });

  test("finishes what is in hand", async () => {
    const server = await newServer();
    const written: string[] = [];
    const { consumer } = await running(server, { store: slow(400, written) });
    await revoke(server, "session");
    await eventually(async () => (await pendingOf(server)) === 1, "the event in hand");
    await consumer.stop();
    expect(written).toEqual(["session"]);
    expect(await pendingOf(server)).toBe(0);
    expect(consumer.health()).toMatchObject({ state: "stopped", ready: false, applied: 1 });
    await consumer.stop();
  });

  test("ends within its deadline, and leaves what is not done to others", async () => {
    const server = await newServer();
    const store = { markRevoked: () => new Promise<void>(() => {}), markDelegationEpoch: () => {} };
    const { consumer } = await running(server, { store, stopTimeoutMs: 300 });
    await revoke(server, "session");
    await eventually(async () => (await pendingOf(server)) === 1, "the event in hand");
    // Much longer than its deadline, and shorter than a store is waited for.
    const stopped = consumer.stop().then(() => "stopped");
    expect(await Promise.race([stopped, sleep(3_000)])).toBe("stopped");
    expect(consumer.health().state).toBe("stopped");
    expect(await pendingOf(server)).toBe(1);
    await untilRevoked(await running(server), "session");
  });

  test("before start is allowed, and a consumer is started once", async () => {
    const server = await newServer();
    const { consumer } = await running(server);
    await expect(consumer.start()).rejects.toThrow(TypeError);
    await consumer.stop();
    await expect(consumer.start()).rejects.toThrow(TypeError);
  });
});

test("where Redis is down, start says so within its deadline, and goes on trying", async () => {
  const port = await freePort();
  const client = redisClient({ socket: { host: "127.0.0.1", port, reconnectStrategy: 20 } });
  client.on("error", () => {});
  const connecting = client.connect();
  ends.push(() => client.destroy());
  const redis = fromNodeRedis(client);
  const store = new RedisRevocationStore({ redis });
  const consumer = new RedisRevocationConsumer({
    redis,
    store,
    signatureKeys: [KEY],
    startTimeoutMs: 300,
  });
  ends.push(() => consumer.stop());
  await expect(consumer.start()).rejects.toThrow(
    new RedisStoreError(
      "connection",
      "The stream was not read in time. Redis could not be reached.",
    ),
  );
  expect(consumer.health()).toMatchObject({ state: "starting", ready: false });
  const server = await startRedis({}, port);
  ends.push(() => server.stop());
  await connecting;
  await revoke(server, "session");
  await untilRevoked({ consumer, store }, "session");
  await untilReady({ consumer, store });
});

test("a consumer that is stopped while it starts says so at once", async () => {
  const server = await newServer();
  const { redis, end } = await connectNodeRedis(server);
  ends.push(end);
  server.freeze();
  const store = new InMemoryRevocationStore();
  const consumer = new RedisRevocationConsumer({ redis, store, allowUnsigned: true });
  const started = consumer.start();
  const rejected = expect(started).rejects.toThrow("The stream was not read in time.");
  await consumer.stop();
  await rejected;
});

test("a loss is that of a group: another one goes on", async () => {
  const server = await newServer();
  const [one, other] = [await running(server), await running(server, { group: "other" })];
  await revoke(server, "session");
  for (const it of [one, other]) await untilReady(it);
  await server.command("XGROUP", "DESTROY", REVOCATIONS, GROUP);
  await eventually(() => one.consumer.health().loss === "history_lost", "the loss");
  expect(other.consumer.health()).toMatchObject({ loss: undefined, ready: true });
  expect(await server.command("KEYS", "*.loss.*")).toEqual([`{${REVOCATIONS}}.loss.${GROUP}`]);
});

test("with a name that is the same after a restart, what was held is taken up at once", async () => {
  const server = await newServer();
  await server.command("XGROUP", "CREATE", REVOCATIONS, GROUP, "0", "MKSTREAM");
  for (let i = 0; i < 150; i += 1) await revoke(server, `session-${i}`);
  const read = ["XREADGROUP", "GROUP", GROUP, "me", "STREAMS", REVOCATIONS, ">"];
  await server.command(...read);
  const it = await running(server, { consumerName: "me", claimIdleMs: 3_600_000 });
  for (let i = 0; i < 150; i += 1) await untilRevoked(it, `session-${i}`);
  expect(it.consumer.health()).toMatchObject({ reclaimed: 0, applied: 150 });
});

test("an event that was written by one that ended before it acknowledged does no harm twice", async () => {
  const server = await newServer();
  await server.command("XGROUP", "CREATE", REVOCATIONS, GROUP, "0", "MKSTREAM");
  await revoke(server, "session");
  await server.command("XREADGROUP", "GROUP", GROUP, "dead", "STREAMS", REVOCATIONS, ">");
  await server.command("SET", "caracal:revoked:sessions:session", "1", "PX", "100000000");
  const it = await running(server);
  await eventually(() => it.consumer.health().applied === 1, "the event");
  expect(await it.store.isRevoked("session")).toBe(true);
  const left = Number(await server.command("PTTL", "caracal:revoked:sessions:session"));
  expect(left).toBeGreaterThan(99_000_000);
});

test("replayed and out of order, events undo nothing", async () => {
  const server = await newServer();
  const { redis, end } = await connectNodeRedis(server);
  ends.push(end);
  const store = new RedisRevocationStore({ redis });
  const consumer = new RedisDelegationConsumer({ redis, store, signatureKeys: [KEY] });
  ends.push(() => consumer.stop());
  await consumer.start();
  for (const epoch of ["7", "9", "7", "1", "0", "9", "8"]) {
    await publish(server, DELEGATIONS, {
      zone_id: "zone",
      epoch,
      event: "edge_expire",
      edge_id: "e",
    });
  }
  await eventually(() => consumer.health().applied === 7, "the events");
  expect(await store.currentDelegationEpoch("zone")).toBe(9);
});

test("while keys are rotated, events of both are acted on", async () => {
  const server = await newServer();
  const next = "f".repeat(64);
  const it = await running(server, { signatureKeys: [KEY, next] });
  await publish(server, REVOCATIONS, { session_id: "old" }, KEY);
  await publish(server, REVOCATIONS, { session_id: "new" }, next);
  await publish(server, REVOCATIONS, { session_id: "foreign" }, "e".repeat(64));
  for (const anchor of ["old", "new"]) await untilRevoked(it, anchor);
  await eventually(() => it.consumer.health().deadLetters === 1, "the dead letter");
  expect(await it.store.isRevoked("foreign")).toBe(false);
});

test("writes on the connection that it reads on: another one may still lead to an old primary", async () => {
  const [old, promoted] = [await newServer(), await newServer()];
  const instance = await startInstance(old, promoted);
  ends.push(() => instance.stop());
  await revoke(promoted, "session");
  const key = "caracal:revoked:sessions:session";
  await eventually(async () => (await promoted.command("GET", key)) === "1", "the key");
  expect(Number(await old.command("DBSIZE"))).toBe(0);
});

test("writes to a store over another client as the store does", async () => {
  const [streams, keys] = [await newServer(), await newServer()];
  const { redis, end } = await connectNodeRedis(keys);
  ends.push(end);
  await running(streams, { store: new RedisRevocationStore({ redis }) });
  await revoke(streams, "session");
  const key = "caracal:revoked:sessions:session";
  await eventually(async () => (await keys.command("GET", key)) === "1", "the key");
});
