import { setTimeout as sleep } from "node:timers/promises";
import {
  RedisRevocationConsumer,
  RedisRevocationReplica,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { untilSettled } from "../src/commands/until-settled.js";
import { type Connected, connectIoredis, connectNodeRedis } from "./support/clients.js";
import { KEY, revoke } from "./support/events.js";
import { eventually } from "./support/eventually.js";
import { type RedisServer, startRedis } from "./support/redis-server.js";

let server: RedisServer;
beforeEach(async () => {
  server = await startRedis();
});
afterEach(() => server.stop());

/** Far more than the deadlines of these tests, and far less than what they would wait for without. */
const LONG_MS = 10_000;
const inTime = (stopping: Promise<void>): Promise<string> =>
  Promise.race([stopping.then(() => "stopped"), sleep(LONG_MS, "still stopping", { ref: false })]);

describe.each([
  ["node-redis", connectNodeRedis],
  ["ioredis", connectIoredis],
] as const)("stop, over %s, on a server that is frozen", (_, connect) => {
  let connected: Connected;
  beforeEach(async () => {
    connected = await connect(server);
  });
  afterEach(() => connected.end());

  test("a consumer's takes stopTimeoutMs at most, and less where nothing is in hand", async () => {
    const { redis } = connected;
    const store = new RedisRevocationStore({ redis });
    // Of a command alone, it would wait for a minute.
    const slow = { commandTimeoutMs: 60_000, stopTimeoutMs: 500 };
    const consumer = new RedisRevocationConsumer({ redis, store, signatureKeys: [KEY], ...slow });
    await consumer.start();
    server.freeze();
    await sleep(50);
    expect(await inTime(consumer.stop())).toBe("stopped");
    expect(consumer.health()).toMatchObject({ state: "stopped", ready: false });
    server.thaw();
  });

  test("a consumer's leaves what could not be written to others", async () => {
    const { redis } = connected;
    const store = new RedisRevocationStore({ redis, writeTimeoutMs: 60_000 });
    const options = { redis, signatureKeys: [KEY], stopTimeoutMs: 500 };
    const consumer = new RedisRevocationConsumer({
      ...options,
      store: {
        markRevoked: (anchor) => {
          server.freeze();
          return store.markRevoked(anchor);
        },
        markDelegationEpoch: () => {},
      },
    });
    await consumer.start();
    await revoke(server, "session");
    await eventually(() => consumer.health().lastReadAgoMs !== undefined, "a read");
    await sleep(400);
    expect(await inTime(consumer.stop())).toBe("stopped");
    server.thaw();
    const other = new RedisRevocationConsumer({ ...options, store });
    await other.start();
    await eventually(() => store.isRevoked("session"), "the event");
    await other.stop();
  });

  test("a replica's takes commandTimeoutMs at most, whatever it is doing", async () => {
    const { redis } = connected;
    const options = { redis, signatureKeys: [KEY], adoptUnmarkedAfterMs: 0, settleMs: 0 };
    const replica = new RedisRevocationReplica({ ...options, commandTimeoutMs: 500 });
    await replica.start();
    const starting = new RedisRevocationReplica({ ...options, commandTimeoutMs: 500 });
    const started = starting.start().catch(() => {});
    server.freeze();
    for (const it of [replica, starting]) {
      expect(await inTime(it.stop())).toBe("stopped");
      expect(it.health()).toMatchObject({ ready: false, problem: "stopped" });
    }
    server.thaw();
    await started;
  });
});

test("what ends badly is over as well, and what does not end is given up", async () => {
  await untilSettled(Promise.reject(new Error("failed")), LONG_MS);
  await untilSettled(new Promise(() => {}), 20);
});
