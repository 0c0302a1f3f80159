import { Buffer } from "node:buffer";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import type { RedisServer } from "../support/redis-server.js";
import { createStage } from "./support/stage.js";
import { answer, type RunningReplica } from "./support/start-replica.js";

const stage = createStage();
const HIGHEST = "18446744073709551615-18446744073709551615";
/** Redis takes some 100 ms of processor time to look at 20 MB: here, nothing is to depend on that. */
const PATIENT = { commandTimeoutMs: 10_000, maxStalenessMs: 20_000 };

const add = (server: RedisServer, id: string): Promise<unknown> =>
  server.command("XADD", REVOCATIONS, id, "x", "y");
const known = (running: RunningReplica, session: string): Promise<void> =>
  eventually(() => answer(running, session) === "revoked", `${session} is revoked`);

describe("an entry that anybody may add costs nothing but itself", () => {
  test.each([HIGHEST, "9007199254740993000-0", "9007199254740993001-9007199254740993001"])(
    "with the id %s",
    async (id) => {
      const server = await stage.server();
      const running = await stage.replica(server);
      const consumers = await stage.consumers(server);
      await revoke(server, "before");
      await known(running, "before");
      await add(server, id);
      await sleep(1_500);
      expect(running.replica.health()).toMatchObject({ ready: true, ignoredEvents: 1 });
      expect(answer(running, "before")).toBe("revoked");
      expect(consumers.revocations.health()).toMatchObject({ ready: true, deadLetters: 1 });
      const newcomer = await stage.replica(server);
      expect(answer(newcomer, "before")).toBe("revoked");
      // Nothing may come behind the highest id but after the stream is deleted, which is a loss.
      await server.command("DEL", REVOCATIONS);
      await eventually(
        () => running.replica.health().lastBreak === "stream_older",
        "it is noticed",
      );
      await revoke(server, "after");
      for (const each of [running, newcomer]) await known(each, "after");
      await eventually(() => consumers.revocations.health().applied === 2, "it is acted on");
    },
  );

  test("of 20 MB, which Redis sends to nobody", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, PATIENT);
    const text = "v".repeat(20_000_000);
    await server.command("XADD", REVOCATIONS, "*", "session_id", text);
    await revoke(server, "after");
    await known(running, "after");
    await eventually(() => running.replica.ready, "ready");
    const sent = async (): Promise<number> =>
      Number(/total_net_output_bytes:(\d+)/.exec(String(await server.command("INFO")))?.[1]);
    const before = await sent();
    const newcomer = await stage.replica(server, PATIENT);
    expect(answer(newcomer, "after")).toBe("revoked");
    expect((await sent()) - before).toBeLessThan(1_000_000);
  });
});

test("a marker that is no text, or that is long, is one all the same", async () => {
  const server = await stage.server();
  const key = `caracal:revoked:history:{${REVOCATIONS}}`;
  const running = await stage.replica(server);
  await revoke(server, "session");
  await known(running, "session");
  const bytes = Buffer.from([0xff, 0xfe, 0x00, 0x80]).toString("hex");
  const set =
    "redis.call('SET', KEYS[1], (string.gsub(ARGV[1], '..', function(hex) return string.char(tonumber(hex, 16)) end)))";
  await server.command("EVAL", set, "1", key, bytes);
  await eventually(() => running.replica.health().resynchronisations === 1, "another history");
  // Now something is lacking, so that the marker has to be changed.
  await server.command("DEL", "caracal:revoked:sessions:session");
  await server.command("DEL", REVOCATIONS);
  await eventually(() => running.replica.health().resynchronisations === 2, "a loss");
  await eventually(() => running.replica.ready, "ready");
  await sleep(500);
  expect(running.replica.health()).toMatchObject({ ready: true, resynchronisations: 2 });
  expect(await server.command("GET", "caracal:revoked:sessions:session")).toBe("1");
});

test("keys that Redis has dropped are written again at once, and others are told", async () => {
  const server = await stage.server();
  const elder = await stage.replica(server);
  const consumers = await stage.consumers(server);
  for (let at = 0; at < 20; at += 1) await revoke(server, `session-${at}`);
  await known(elder, "session-19");
  await eventually(() => consumers.revocations.health().applied === 20, "all are written");
  await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
  // Other programs bring such a server about, and put it right before anybody has asked.
  const evict = ["CONFIG", "SET", "maxmemory-policy", "volatile-ttl", "maxmemory", "1mb"];
  const restore = ["CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "0"];
  await server.command(...evict);
  await server.command("SET", "foo", "bar").catch(() => {});
  await server.command(...restore);
  const dropped = async (): Promise<number> =>
    Number(/evicted_keys:(\d+)/.exec(String(await server.command("INFO", "stats")))?.[1]);
  expect(await dropped()).toBeGreaterThan(0);
  await eventually(
    () => elder.replica.health().lastBreak === "keys_evicted",
    "it is noticed",
    2_000,
  );
  await eventually(() => elder.replica.ready, "ready");
  for (let at = 0; at < 20; at += 1) {
    expect(await server.command("GET", `caracal:revoked:sessions:session-${at}`)).toBe("1");
  }
  const newcomer = await stage.replica(server);
  expect(answer(newcomer, "session-0")).toBe("revoked");
});
