import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DELEGATIONS, publish, REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import type { RedisServer } from "../support/redis-server.js";
import { createStage } from "./support/stage.js";
import { answer, type RunningReplica } from "./support/start-replica.js";

const stage = createStage();
const PREFIX = "caracal:revoked:sessions:";
const uuid = randomUUID();

const revoked = (running: RunningReplica, anchor: string): Promise<void> =>
  eventually(() => answer(running, anchor) === "revoked", `${anchor} is revoked`);

/** Until the replica has begun anew as often as that, and is ready. */
const begunAnew = (running: RunningReplica, times: number, reason: string): Promise<void> =>
  eventually(() => {
    const { ready, resynchronisations, lastBreak } = running.replica.health();
    return ready && resynchronisations >= times && lastBreak === reason;
  }, `ready again after ${reason}`);

/** Revocations of both kinds, as events, as a key alone, and a change of delegations. */
async function revokeSome(server: RedisServer, running: RunningReplica): Promise<void> {
  await revoke(server, uuid);
  await revoke(server, "session");
  await running.replica.markRevoked("marked");
  await publish(server, DELEGATIONS, { event: "edge_create", zone_id: "zone", epoch: "5" });
  await revoked(running, "session");
  await eventually(() => running.replica.currentDelegationEpoch("zone") === 5, "the epoch");
}

function expectAllKnown(running: RunningReplica): void {
  for (const anchor of [uuid, "session", "marked"]) {
    expect(answer(running, anchor)).toBe("revoked");
  }
  expect(running.replica.currentDelegationEpoch("zone")).toBe(5);
}

const hasKey = async (server: RedisServer, anchor: string): Promise<boolean> =>
  (await server.command("GET", `${PREFIX}${anchor}`)) === "1";

async function expectAllWritten(server: RedisServer): Promise<void> {
  for (const name of [uuid, "session", "marked"]) {
    expect(await server.command("GET", `${PREFIX}${name}`)).toBe("1");
  }
  expect(await server.command("GET", `${PREFIX}delegation-epoch:zone`)).toBe("5");
}

describe("where Redis loses what it held, a replica begins anew, keeps what it knows and writes it:", () => {
  test("FLUSHALL", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await revokeSome(server, running);
    await server.command("FLUSHALL");
    await eventually(() => answer(running, uuid) === "synchronising", "it notices", 2_000);
    await begunAnew(running, 1, "history_lost");
    expectAllKnown(running);
    await expectAllWritten(server);
    await revoke(server, "later");
    await revoked(running, "later");
  });

  test("a kill, and a restart without persistence", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await revokeSome(server, running);
    await server.restart();
    await begunAnew(running, 1, "history_lost");
    expectAllKnown(running);
    await expectAllWritten(server);
  });

  test("both at once, with new events on top", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await revokeSome(server, running);
    await server.command(
      "EVAL",
      "redis.call('FLUSHALL') for i = 1, 5 do redis.call('XADD', KEYS[1], '*', 'sid', 'x') end",
      "1",
      REVOCATIONS,
    );
    await revoke(server, "later");
    await begunAnew(running, 1, "history_lost");
    expectAllKnown(running);
    expect(answer(running, "later")).toBe("revoked");
  });

  test("the stream alone", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await revokeSome(server, running);
    await server.command("DEL", REVOCATIONS);
    await begunAnew(running, 1, "stream_older");
    expectAllKnown(running);
  });

  test("the stream, with as many new events as were lost", async () => {
    const server = await stage.server();
    const proxy = await stage.proxy(server);
    const running = await stage.replica(proxy, { maxStalenessMs: 5_000 });
    await revokeSome(server, running);
    proxy.delayMs = 60_000;
    await server.command("DEL", REVOCATIONS);
    for (const session of ["a", "b"]) await revoke(server, session);
    proxy.delayMs = 0;
    proxy.cut();
    await revoked(running, "a");
    expect(running.replica.health()).toMatchObject({ lastBreak: "stream_older" });
  });
});

test("a restart with persistence loses nothing, and no time", async () => {
  const server = await stage.server({ persistent: true });
  const running = await stage.replica(server);
  await revokeSome(server, running);
  await server.kill();
  await eventually(() => answer(running, uuid) === "stale", "it notices", 3_000);
  await server.start();
  await revoke(server, "later");
  await revoked(running, "later");
  expectAllKnown(running);
  expect(running.replica.health().resynchronisations).toBe(0);
});

describe("a stream that was trimmed", () => {
  test("before it was read is noticed; what was in it is found in the keys", async () => {
    const server = await stage.server();
    const proxy = await stage.proxy(server);
    const running = await stage.replica(proxy);
    await stage.consumers(server);
    await revoke(server, "before");
    await revoked(running, "before");
    proxy.delayMs = 60_000;
    await revoke(server, "trimmed");
    await eventually(() => hasKey(server, "trimmed"), "the consumer has written it");
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    await revoke(server, "after");
    proxy.delayMs = 0;
    proxy.cut();
    await begunAnew(running, 1, "stream_trimmed");
    for (const anchor of ["before", "trimmed", "after"]) {
      expect(answer(running, anchor)).toBe("revoked");
    }
  });

  test("after it was read is no reason to begin anew", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    for (let turn = 0; turn < 5; turn += 1) {
      await revoke(server, `session-${turn}`);
      await revoked(running, `session-${turn}`);
      await server.command("XTRIM", REVOCATIONS, "MAXLEN", `${turn % 2}`);
      await sleep(250);
      expect(answer(running, `session-${turn}`)).toBe("revoked");
    }
    expect(running.replica.health()).toMatchObject({ ready: true, resynchronisations: 0 });
  });

  test("after it was read, but before any consumer has written it, is written by who has read it", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await revoke(server, uuid);
    await revoked(running, uuid);
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    await eventually(() => hasKey(server, uuid), "the key", 3_000);
    await stage.consumers(server);
    expect(running.replica.health()).toMatchObject({ ready: true, resynchronisations: 0 });
    const newcomer = await stage.replica(server);
    expect(answer(newcomer, uuid)).toBe("revoked");
  });

  test("so, has others begin anew that could not read it", async () => {
    const server = await stage.server();
    const elder = await stage.replica(server);
    const proxy = await stage.proxy(server);
    await revoke(server, "before");
    await revoked(elder, "before");
    const other = await stage.replica(proxy);
    proxy.delayMs = 60_000;
    await revoke(server, uuid);
    await revoked(elder, uuid);
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    proxy.delayMs = 0;
    proxy.cut();
    await stage.consumers(server);
    await revoked(other, uuid);
  });

  test("by one entry from its middle is noticed as well", async () => {
    const server = await stage.server();
    const proxy = await stage.proxy(server);
    const running = await stage.replica(proxy);
    await stage.consumers(server);
    proxy.delayMs = 60_000;
    await revoke(server, "first");
    const id = await revoke(server, "deleted");
    await revoke(server, "last");
    await eventually(() => hasKey(server, "last"), "the consumer has written it");
    await server.command("XDEL", REVOCATIONS, id);
    proxy.delayMs = 0;
    proxy.cut();
    await begunAnew(running, 1, "stream_trimmed");
    expect(answer(running, "last")).toBe("revoked");
  });
});

describe("a failover", () => {
  /** A primary with a replica in step, and a way that leads to the one or the other. */
  async function pair() {
    const [primary, other] = await Promise.all([stage.server(), stage.server()]);
    await other.replicate(primary);
    return { primary, other };
  }

  test("to a server that has everything is survived without beginning anew", async () => {
    const { primary, other } = await pair();
    const proxy = await stage.proxy(primary);
    const running = await stage.replica(proxy);
    await revokeSome(primary, running);
    await eventually(
      async () => (await other.command("XLEN", REVOCATIONS)) === 2,
      "the replica is in step",
    );
    await primary.kill();
    await other.promote();
    proxy.target = other;
    await eventually(() => answer(running, uuid) !== "revoked", "it notices", 3_000);
    await revoke(other, "later");
    await revoked(running, "later");
    expectAllKnown(running);
    expect(running.replica.health().resynchronisations).toBe(0);
  });

  test("to a server that lacks the last writes loses nothing that any replica knew", async () => {
    const { primary, other } = await pair();
    const proxies = await Promise.all([stage.proxy(primary), stage.proxy(primary)]);
    const [near, far] = proxies;
    if (near === undefined || far === undefined) throw new Error("There are two.");
    const knowing = await stage.replica(near);
    const cutOff = await stage.replica(far);
    await revoke(primary, "before");
    await Promise.all([revoked(knowing, "before"), revoked(cutOff, "before")]);
    // What is written now reaches neither the other server nor the second replica.
    await other.command("REPLICAOF", "127.0.0.1", "1");
    far.delayMs = 60_000;
    await revoke(primary, uuid);
    await revoke(primary, "last");
    await revoked(knowing, "last");
    await primary.kill();
    await other.promote();
    for (const proxy of proxies) {
      proxy.target = other;
      proxy.delayMs = 0;
      proxy.cut();
    }
    await eventually(() => knowing.replica.health().resynchronisations > 0, "it notices");
    await eventually(() => cutOff.replica.ready && knowing.replica.ready, "both are ready");
    for (const running of [knowing, cutOff]) {
      for (const anchor of ["before", uuid, "last"]) await revoked(running, anchor);
    }
    const newcomer = await stage.replica(other);
    expect(answer(newcomer, "last")).toBe("revoked");
  });

  test("to a server that was behind: who starts then does not answer before it knows what others knew", async () => {
    const { primary, other } = await pair();
    const proxy = await stage.proxy(primary);
    const elder = await stage.replica(proxy);
    await eventually(async () => (await other.command("DBSIZE")) === 2, "both markers");
    await other.command("REPLICAOF", "127.0.0.1", "1");
    await revoke(primary, uuid);
    await revoked(elder, uuid);
    await primary.kill();
    await other.promote();
    proxy.target = other;
    proxy.cut();
    const newcomer = stage.idle(other, { settleMs: 1_000, adoptUnmarkedAfterMs: 60_000 });
    newcomer.replica.start().catch(() => {});
    const answers = new Set<string>();
    await eventually(() => {
      answers.add(answer(newcomer, uuid));
      return answers.has("revoked");
    }, "the newcomer knows it");
    expect(answers).not.toContain("live");
  });

  test("away from a server that is still there: one that has become a replica is not believed", async () => {
    const { primary, other } = await pair();
    const running = await stage.replica(primary);
    await other.promote();
    await primary.replicate(other);
    await eventually(() => !running.replica.ready, "it notices", 3_000);
    expect(running.replica.health().lastError).toContain("READONLY");
  });
});

describe("a Redis that nobody has marked", () => {
  test("may have been emptied: a newcomer does not answer, until an instance that knows more has marked it", async () => {
    const server = await stage.server();
    const proxy = await stage.proxy(server);
    const old = await stage.replica(proxy);
    await revokeSome(server, old);
    proxy.delayMs = 60_000;
    await server.restart();
    const newcomer = stage.idle(server, { adoptUnmarkedAfterMs: 60_000, startTimeoutMs: 1_000 });
    await expect(newcomer.replica.start()).rejects.toMatchObject({ problem: "unknown_history" });
    expect(answer(newcomer, uuid)).toBe("unknown_history");
    proxy.delayMs = 0;
    proxy.cut();
    await eventually(() => newcomer.replica.ready, "the newcomer is ready");
    expectAllKnown(newcomer);
  });

  test("is marked by a newcomer after a while, so that others need not wait", async () => {
    const server = await stage.server();
    const start = performance.now();
    const first = await stage.replica(server, { adoptUnmarkedAfterMs: 1_000 });
    expect(performance.now() - start).toBeGreaterThan(900);
    expect(answer(first, uuid)).toBe("live");
    await stage.replica(server, { adoptUnmarkedAfterMs: 60_000, startTimeoutMs: 2_000 });
  });

  test("is marked by one of several that start at the same time", async () => {
    const server = await stage.server();
    const all = await Promise.all(Array.from({ length: 5 }, () => stage.replica(server)));
    await sleep(1_000);
    for (const { replica } of all) expect(replica.ready).toBe(true);
  });
});
