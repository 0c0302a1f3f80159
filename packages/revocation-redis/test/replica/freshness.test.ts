import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { freePort } from "../../../../tools/test-support/free-port.js";
import { REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { startRedis } from "../support/redis-server.js";
import { createStage } from "./support/stage.js";
import { answer, type RunningReplica } from "./support/start-replica.js";

const stage = createStage();

const ready = (running: RunningReplica): Promise<void> =>
  eventually(() => running.replica.ready, "the replica is ready again");
const notReady = (running: RunningReplica, problem: string): Promise<void> =>
  eventually(() => running.replica.health().problem === problem, problem, 3_000);

/** How long the replica goes on answering, in milliseconds. */
async function answersFor(running: RunningReplica): Promise<number> {
  const start = performance.now();
  await notReady(running, "stale");
  return performance.now() - start;
}

describe("a replica that can't show that it is fresh does not answer", () => {
  test("while Redis is frozen, and answers as before when it goes on", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await revoke(server, "session");
    await eventually(() => answer(running, "session") === "revoked", "the event", 1_000);
    server.freeze();
    expect(await answersFor(running)).toBeLessThan(1_500);
    for (const ask of [
      () => running.replica.isRevoked("session"),
      () => running.replica.currentDelegationEpoch("zone"),
      () => running.replica.check({ anchors: ["session"] }),
    ]) {
      expect(ask).toThrow("The revocation replica is not ready (stale).");
    }
    expect(running.replica.ready).toBe(false);
    expect(running.replica.health()).toMatchObject({ ready: false, problem: "stale" });
    server.thaw();
    await ready(running);
    expect(answer(running, "session")).toBe("revoked");
    expect(answer(running, "other")).toBe("live");
    expect(running.replica.health().resynchronisations).toBe(0);
  });

  test("within maxStalenessMs of the last proof, not of the last answer", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { maxStalenessMs: 400, commandTimeoutMs: 5_000 });
    server.freeze();
    expect(await answersFor(running)).toBeLessThan(600);
    server.thaw();
    await ready(running);
  });

  test("while the way to Redis is cut off, though Redis is well, and knows what came meanwhile", async () => {
    const server = await stage.server();
    const proxy = await stage.proxy(server);
    const running = await stage.replica(proxy);
    proxy.delayMs = 60_000;
    await revoke(server, "session");
    await notReady(running, "stale");
    proxy.delayMs = 0;
    proxy.cut();
    await ready(running);
    expect(answer(running, "session")).toBe("revoked");
    expect(running.replica.health().resynchronisations).toBe(0);
  });

  test("where every answer comes later than maxStalenessMs allows", async () => {
    const server = await stage.server();
    const proxy = await stage.proxy(server);
    const running = await stage.replica(proxy, { commandTimeoutMs: 5_000 });
    // 600 ms there and 600 ms back: each proof is too old when it comes.
    proxy.delayMs = 600;
    await notReady(running, "stale");
    await sleep(1_500);
    expect(running.replica.ready).toBe(false);
    proxy.delayMs = 0;
    await ready(running);
  });
});

describe("readiness, to the second", () => {
  test("ends a second after the last proof, while it goes on answering", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { maxStalenessMs: 5_000 });
    const start = performance.now();
    server.freeze();
    await notReady(running, "lagging");
    expect(performance.now() - start).toBeLessThan(1_300);
    expect(running.replica.ready).toBe(false);
    expect(running.replica.health()).toMatchObject({ ready: false, problem: "lagging" });
    expect(answer(running, "session")).toBe("live");
    server.thaw();
    await ready(running);
  });

  test("stays where nothing happens", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { maxStalenessMs: 5_000 });
    const oldest: number[] = [];
    for (const end = performance.now() + 4_000; performance.now() < end; await sleep(20)) {
      const { ready: isReady, stalenessMs = Number.NaN } = running.replica.health();
      // A test process that was not run for long knows nothing about it.
      if (!isReady) oldest.push(stalenessMs);
    }
    expect(oldest).toEqual([]);
  });
});

test("a slow way to Redis is fast enough where proofs come in time", async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server);
  proxy.delayMs = 40;
  const running = await stage.replica(proxy);
  for (let turn = 0; turn < 10; turn += 1) {
    await revoke(server, `session-${turn}`);
    await eventually(() => answer(running, `session-${turn}`) === "revoked", "the event", 1_000);
    expect(running.replica.ready).toBe(true);
  }
});

test("connections that are cut again and again lose nothing", async () => {
  const server = await stage.server();
  const proxy = await stage.proxy(server);
  const running = await stage.replica(proxy, { maxStalenessMs: 5_000 });
  for (let turn = 0; turn < 30; turn += 1) {
    proxy.delayMs = turn % 3;
    await Promise.all([revoke(server, `session-${turn}`), sleep(turn).then(() => proxy.cut())]);
  }
  await revoke(server, "last");
  await eventually(() => answer(running, "last") === "revoked", "the last one", 5_000);
  for (let turn = 0; turn < 30; turn += 1) {
    expect(answer(running, `session-${turn}`)).toBe("revoked");
  }
  expect(running.heard).toHaveLength(31);
  expect(running.replica.health().resynchronisations).toBe(0);
});

test("an instance that was stopped itself does not answer before it has looked", async () => {
  const server = await stage.server();
  const running = await stage.replica(server);
  // Nothing of the process runs for longer than maxStalenessMs: neither timers nor sockets.
  const until = performance.now() + 1_300;
  while (performance.now() < until);
  expect(answer(running, "session")).toBe("stale");
  await ready(running);
});

describe("a replica that starts while Redis is down", () => {
  test("rejects by its deadline, goes on trying, and is ready when Redis is up", async () => {
    const port = await freePort();
    const running = stage.idle({ url: `redis://127.0.0.1:${port}` }, { startTimeoutMs: 300 });
    const start = performance.now();
    await expect(running.replica.start()).rejects.toMatchObject({
      name: "ReplicaNotReadyError",
      problem: "synchronising",
    });
    expect(performance.now() - start).toBeLessThan(1_500);
    expect(answer(running, "session")).toBe("synchronising");
    expect(running.replica.health()).toMatchObject({ ready: false, problem: "synchronising" });
    expect(running.replica.health().lastError).toMatch(/Redis/);
    const server = await startRedis({}, port);
    stage.atEnd(() => server.stop());
    await ready(running);
    expect(answer(running, "session")).toBe("live");
  });

  test("ends at once where it is stopped meanwhile", async () => {
    const running = stage.idle({ url: `redis://127.0.0.1:${await freePort()}` });
    const starting = running.replica.start();
    const outcome = expect(starting).rejects.toMatchObject({ problem: "stopped" });
    await sleep(100);
    const start = performance.now();
    await running.replica.stop();
    await outcome;
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("the life of a replica", () => {
  test("before its start and after its end, it does not answer", async () => {
    const server = await stage.server();
    const running = stage.idle(server);
    expect(answer(running, "session")).toBe("stopped");
    expect(running.replica.health()).toMatchObject({ ready: false, problem: "stopped" });
    await running.replica.start();
    expect(answer(running, "session")).toBe("live");
    await running.replica.stop();
    expect(answer(running, "session")).toBe("stopped");
    await running.replica.stop();
    await expect(running.replica.start()).rejects.toThrow("started before");
  });

  test("leaves no connection behind, whatever happened to those it had", async () => {
    const server = await stage.server();
    const proxy = await stage.proxy(server);
    const clients = async (): Promise<number> =>
      String(await server.command("CLIENT", "LIST"))
        .trim()
        .split("\n").length;
    const before = await clients();
    const running = await stage.replica(proxy);
    expect(await clients()).toBe(before + 3);
    for (let turn = 0; turn < 3; turn += 1) {
      proxy.cut();
      await sleep(150);
    }
    await ready(running);
    await eventually(async () => (await clients()) === before + 3, "two connections and a client");
    await running.stop();
    await eventually(async () => (await clients()) === before, "no connection");
  });

  test("stops in time though Redis is frozen", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    server.freeze();
    const start = performance.now();
    await running.replica.stop();
    expect(performance.now() - start).toBeLessThan(1_000);
    server.thaw();
  });
});

test("what is in the stream's place, and is no stream, is no reason to answer", async () => {
  const server = await stage.server();
  await server.command("SET", REVOCATIONS, "text");
  const running = stage.idle(server, { startTimeoutMs: 500 });
  await expect(running.replica.start()).rejects.toThrow("not ready");
  expect(running.replica.health().lastError).toContain("WRONGTYPE");
  await server.command("DEL", REVOCATIONS);
  await ready(running);
});
