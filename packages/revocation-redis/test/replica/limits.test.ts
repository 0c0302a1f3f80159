import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DELEGATIONS, publish, REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { createStage } from "./support/stage.js";
import { answer, type RunningReplica } from "./support/start-replica.js";

const stage = createStage();
const PREFIX = "caracal:revoked:sessions:";

const revoked = (running: RunningReplica, anchor: string): Promise<void> =>
  eventually(() => answer(running, anchor) === "revoked", `${anchor} is revoked`);

describe("a replica that has no room for a revocation does not answer", () => {
  test.each<
    [
      string,
      (running: RunningReplica, url: Awaited<ReturnType<typeof stage.server>>) => Promise<unknown>,
    ]
  >([
    ["of the stream", (_, server) => revoke(server, "third")],
    [
      "of its own",
      ({ replica }) => expect(replica.markRevoked("third")).rejects.toThrow(/2 live anchors/),
    ],
    [
      "of the delegations",
      async (_, server) => {
        for (const zone_id of ["a", "b", "c"]) {
          await publish(server, DELEGATIONS, { event: "edge_create", zone_id, epoch: "1" });
        }
      },
    ],
  ])("%s", async (_, revokeOneMore) => {
    const server = await stage.server();
    const running = await stage.replica(server, { maxEntries: 2 });
    await revoke(server, randomUUID());
    await revoke(server, "first");
    await revoked(running, "first");
    await revokeOneMore(running, server);
    await eventually(() => answer(running, "first") === "full", "it is full", 2_000);
    expect(running.replica.health()).toMatchObject({ ready: false, problem: "full" });
    expect(running.replica.health().lastError).toMatch(/its maxEntries. The new one is not stored/);
  });

  test("of the keys, when it starts", async () => {
    const server = await stage.server();
    for (const name of ["a", "b", "c"]) await server.command("SET", `${PREFIX}${name}`, "1");
    const running = stage.idle(server, { maxEntries: 2, startTimeoutMs: 1_000 });
    await expect(running.replica.start()).rejects.toMatchObject({ problem: "full" });
  });

  test("until entries have ended, and then knows what it had no room for", {
    timeout: 30_000,
  }, async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { maxEntries: 2 });
    await running.replica.markRevoked("first", 2_000);
    await running.replica.markRevoked("second", 2_000);
    await revoke(server, "third");
    await eventually(() => answer(running, "third") === "full", "it is full", 2_000);
    await eventually(() => running.replica.ready, "there is room", 20_000);
    expect(answer(running, "third")).toBe("revoked");
    expect(running.replica.health()).toMatchObject({ resynchronisations: 1, lastBreak: "full" });
  });
});

describe("where the memory of Redis is used up", () => {
  test("a replica goes on: it reads what is there, and says what could not be written", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { reconcileMs: 1_000 });
    await revoke(server, "session");
    await revoked(running, "session");
    await server.command("CONFIG", "SET", "maxmemory", "1mb");
    await expect(revoke(server, "refused")).rejects.toThrow(/^OOM/);
    const marking = running.replica.markRevoked("marked");
    await expect(marking).rejects.toMatchObject({ name: "RevocationStoreFullError" });
    // Not to know whether others will refuse it is no reason to let it in here.
    expect(answer(running, "marked")).toBe("revoked");
    await sleep(1_500);
    expect(running.replica.health()).toMatchObject({ ready: true, resynchronisations: 0 });
    await server.command("CONFIG", "SET", "maxmemory", "0");
    await eventually(
      async () => (await server.command("GET", `${PREFIX}marked`)) === "1",
      "it is written later",
    );
  });

  test("and lost before, what it held can't be written: no replica answers until it is", async () => {
    const server = await stage.server();
    const running = await stage.replica(server);
    await running.replica.markRevoked("session");
    await server.command("CONFIG", "SET", "maxmemory", "1mb");
    await server.command("FLUSHALL");
    await eventually(() => !running.replica.ready, "it notices", 2_000);
    await sleep(1_000);
    expect(answer(running, "session")).toBe("synchronising");
    expect(running.replica.health().lastError).toMatch(/no memory left/);
    await server.command("CONFIG", "SET", "maxmemory", "0");
    await eventually(() => running.replica.ready, "it is written");
    expect(answer(running, "session")).toBe("revoked");
    expect(await server.command("GET", `${PREFIX}session`)).toBe("1");
  });
});

test("a Redis that drops live keys when its memory is used up is not believed", async () => {
  const server = await stage.server();
  await server.command("CONFIG", "SET", "maxmemory-policy", "volatile-lru");
  const running = await stage.replica(server);
  await server.command("CONFIG", "SET", "maxmemory", "100mb");
  await eventually(() => answer(running, "session") === "synchronising", "it notices", 4_000);
  await sleep(500);
  expect(running.replica.health().lastError).toMatch(/maxmemory-policy/);
  await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await eventually(() => running.replica.ready, "it is safe");
  // At most one for each stream, however often it was asked meanwhile.
  expect(running.replica.health()).toMatchObject({
    lastBreak: "keys_evicted",
    resynchronisations: expect.toSatisfy((rounds) => rounds <= 2),
  });
});

describe("a mark that Redis does not confirm", () => {
  test("is in effect here all the same, and rejects", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { maxStalenessMs: 5_000 });
    server.freeze();
    const session = running.replica.markRevoked("session");
    const zone = running.replica.markDelegationEpoch("zone", 3);
    expect(answer(running, "session")).toBe("revoked");
    expect(running.replica.currentDelegationEpoch("zone")).toBe(3);
    await expect(session).rejects.toMatchObject({ name: "RedisStoreError" });
    await expect(zone).rejects.toMatchObject({ name: "RedisStoreError" });
    server.thaw();
  });
});

test("a subscriber that throws disturbs neither the replica nor other subscribers", async () => {
  const server = await stage.server();
  const running = stage.idle(server);
  const heard: string[] = [];
  const { error } = console;
  stage.atEnd(() => {
    console.error = error;
  });
  const printed: unknown[] = [];
  console.error = (...line) => printed.push(line.join(" "));
  running.replica.subscribe(() => {
    throw new Error("session");
  });
  running.replica.subscribe(() => Promise.reject(new Error("session")));
  running.replica.subscribe((event) => heard.push(event.kind));
  await server.command("SET", `${PREFIX}before`, "1");
  await running.replica.start();
  await revoke(server, "session");
  await eventually(() => heard.length === 2, "both");
  expect(running.replica.ready).toBe(true);
  expect(printed).toHaveLength(4);
  expect(printed.join()).not.toContain("session");
});

test("a stream entry of a million bytes in each field stops nobody", async () => {
  const server = await stage.server();
  const running = await stage.replica(server);
  for (let turn = 0; turn < 20; turn += 1) {
    await server.command("XADD", REVOCATIONS, "*", "sid", "x".repeat(1_000_000));
  }
  await revoke(server, "session");
  await revoked(running, "session");
  expect(running.replica.health().ignoredEvents).toBe(20);
});
