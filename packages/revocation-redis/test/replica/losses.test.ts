import { setTimeout as sleep } from "node:timers/promises";
import { signEvent } from "@caracalai/revocation-redis";
import { describe, expect, test } from "vitest";
import { KEY, LOSS_KEY, REVOCATION_GROUP, REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import type { RedisServer } from "../support/redis-server.js";
import { createStage } from "./support/stage.js";
import { answer, type RunningReplica } from "./support/start-replica.js";

const stage = createStage();

/** A revocation that is gone before anybody can read it. */
async function revokeAndTrim(server: RedisServer, session: string): Promise<void> {
  const fields = { session_id: session };
  const signature = signEvent(REVOCATIONS, fields, KEY);
  const add = `redis.call('XADD', KEYS[1], '*', 'session_id', ARGV[1], '_sig', ARGV[2])`;
  const trim = `redis.call('XTRIM', KEYS[1], 'MAXLEN', 0)`;
  await server.command("EVAL", `${add} ${trim}`, "1", REVOCATIONS, session, signature);
}

/** Leaves a Redis that was known to an instance, which is gone. */
async function haveMarked(server: RedisServer): Promise<void> {
  const running = await stage.replica(server);
  await running.stop();
}

const noteOf = (server: RedisServer): Promise<unknown> => server.command("GET", LOSS_KEY);
const known = (running: RunningReplica, session: string): Promise<void> =>
  eventually(() => answer(running, session) === "revoked", `${session} is revoked`);
const lost = (running: RunningReplica): Promise<void> =>
  eventually(() => answer(running, "victim") === "events_lost", "the loss is noticed");

describe("what was trimmed before anybody has read it", () => {
  test("keeps all instances from answering, until the note about it is gone", async () => {
    const server = await stage.server();
    const all = [await stage.replica(server), await stage.replica(server)];
    await stage.consumers(server);
    await revokeAndTrim(server, "victim");
    for (const running of all) await lost(running);
    await sleep(1_000);
    expect(await noteOf(server)).toMatch(/^stream_trimmed/);
    const newcomer = stage.idle(server, { startTimeoutMs: 1_000 });
    await expect(newcomer.replica.start()).rejects.toMatchObject({ problem: "events_lost" });
    for (const running of [...all, newcomer]) {
      expect(answer(running, "victim")).toBe("events_lost");
      expect(running.replica.health()).toMatchObject({ ready: false, problem: "events_lost" });
    }
    // As operators may.
    await server.command("DEL", LOSS_KEY);
    for (const { replica } of [...all, newcomer]) await eventually(() => replica.ready, "ready");
  });

  test("does not matter any more when the mandates that it revoked have ended", async () => {
    const server = await stage.server();
    await stage.consumers(server);
    await revokeAndTrim(server, "victim");
    await eventually(async () => (await noteOf(server)) !== null, "the note");
    const options = { maxMandateLifetimeMs: 1_500 };
    const start = performance.now();
    await stage.replica(server, options);
    expect(performance.now() - start).toBeGreaterThan(1_450);
  });

  test("while no instance was up is noticed by the one that starts", async () => {
    const server = await stage.server();
    await haveMarked(server);
    await revoke(server, "victim");
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    const newcomer = stage.idle(server);
    newcomer.replica.start().catch(() => {});
    // Before any consumer has come, and after it.
    await lost(newcomer);
    await stage.consumers(server);
    await eventually(async () => (await noteOf(server)) !== null, "the note");
    await sleep(500);
    expect(answer(newcomer, "victim")).toBe("events_lost");
  });

  test("is in no key while a consumer has it in hand, and then it is", async () => {
    const server = await stage.server();
    await haveMarked(server);
    await revoke(server, "victim");
    await server.command("XGROUP", "CREATE", REVOCATIONS, REVOCATION_GROUP, "0");
    const read = ["XREADGROUP", "GROUP", REVOCATION_GROUP, "consumer"];
    const taken = await server.command(...read, "STREAMS", REVOCATIONS, ">");
    const [[, [[id = ""] = []] = []] = []] = taken as [string, [string][]][];
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    const newcomer = stage.idle(server);
    newcomer.replica.start().catch(() => {});
    await lost(newcomer);
    await server.command("SET", "caracal:revoked:sessions:victim", "1", "PX", "600000");
    await server.command("XACK", REVOCATIONS, REVOCATION_GROUP, id);
    await known(newcomer, "victim");
  });
});

describe("an instance that has read what the consumers have lost", () => {
  test("goes on answering, writes it, and takes the note back", async () => {
    const server = await stage.server();
    const elder = await stage.replica(server);
    await revoke(server, "victim");
    await known(elder, "victim");
    await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
    const consumers = await stage.consumers(server);
    expect(consumers.revocations.health().loss).toBe("stream_trimmed");
    await eventually(async () => (await noteOf(server)) === null, "the note is taken back", 3_000);
    expect(await server.command("GET", "caracal:revoked:sessions:victim")).toBe("1");
    expect(elder.replica.health()).toMatchObject({ ready: true, resynchronisations: 0 });
    const newcomer = await stage.replica(server);
    expect(answer(newcomer, "victim")).toBe("revoked");
  });

  test("leaves the note that it has not seen before", async () => {
    const server = await stage.server();
    await haveMarked(server);
    await server.command("SET", LOSS_KEY, "stream_trimmed long ago");
    const running = stage.idle(server);
    running.replica.start().catch(() => {});
    await lost(running);
    await sleep(1_000);
    expect(await noteOf(server)).toBe("stream_trimmed long ago");
  });
});

test("where Redis was emptied, who knew it says so to newcomers, and the note stays for the consumers", async () => {
  const server = await stage.server();
  const elder = await stage.replica(server);
  const consumers = await stage.consumers(server);
  await revoke(server, "session");
  await known(elder, "session");
  await server.command("FLUSHALL");
  await eventually(() => consumers.revocations.health().loss === "history_lost", "the note");
  const newcomer = await stage.replica(server, { adoptUnmarkedAfterMs: 60_000 });
  expect(answer(newcomer, "session")).toBe("revoked");
  expect(elder.replica.ready).toBe(true);
  expect(await noteOf(server)).toMatch(/^history_lost/);
});
