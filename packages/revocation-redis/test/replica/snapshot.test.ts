import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { DELEGATIONS, publish, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import type { RedisServer } from "../support/redis-server.js";
import { createStage } from "./support/stage.js";
import { answer } from "./support/start-replica.js";

const stage = createStage();
const PREFIX = "caracal:revoked:sessions:";
const uuid = randomUUID();

/** As another instance, or the STS, writes keys. */
async function mark(server: RedisServer, name: string, value = "1", ttlMs = "600000") {
  await server.command("SET", `${PREFIX}${name}`, value, "PX", ttlMs);
}

describe("a replica that starts", () => {
  test("knows what the keys hold, for as long as they live", async () => {
    const server = await stage.server();
    await mark(server, uuid);
    await mark(server, "session");
    await mark(server, "short", "1", "1500");
    await server.command("SET", `${PREFIX}endless`, "1");
    await mark(server, "delegation-epoch:zone", "7");
    await server.command("SET", "caracal:other:session-2", "1");
    const running = await stage.replica(server);
    for (const anchor of [uuid, "session", "short", "endless"]) {
      expect(answer(running, anchor)).toBe("revoked");
    }
    expect(answer(running, "session-2")).toBe("live");
    // A reserved anchor, which has another key than the zone's epoch.
    await running.replica.markRevoked("delegation-epoch:other");
    expect(answer(await stage.replica(server), "delegation-epoch:other")).toBe("revoked");
    expect(running.replica.currentDelegationEpoch("other")).toBe(0);
    expect(running.replica.currentDelegationEpoch("zone")).toBe(7);
    expect(running.heard.toSorted()).toEqual(
      ["delegation-epoch:other", "endless", "session", "short", uuid, "zone 7"].sort(),
    );
    await eventually(() => answer(running, "short") === "live", "the end of its life", 3_000);
  });

  test.each([
    "99999999999999",
    "100000000000000",
    "1000000000000000",
    "9007199254740992",
    "9000000000000000000",
  ])("takes a key that lives for %s ms for one that lives long", async (ttlMs) => {
    const server = await stage.server();
    for (const name of ["session", uuid]) await mark(server, name, "1", ttlMs);
    await mark(server, "delegation-epoch:zone", "7", ttlMs);
    const running = await stage.replica(server);
    expect(answer(running, "session")).toBe("revoked");
    expect(answer(running, uuid)).toBe("revoked");
    expect(running.replica.currentDelegationEpoch("zone")).toBe(7);
    expect(running.replica.health().ready).toBe(true);
  });

  test("knows what the streams hold, though no consumer has written it to the keys", async () => {
    const server = await stage.server();
    for (let index = 0; index < 250; index += 1) await revoke(server, `session-${index}`);
    await publish(server, DELEGATIONS, { event: "edge_create", zone_id: "zone", epoch: "3" });
    const running = await stage.replica(server);
    for (const index of [0, 99, 100, 249]) {
      expect(answer(running, `session-${index}`)).toBe("revoked");
    }
    expect(running.replica.currentDelegationEpoch("zone")).toBe(3);
  });

  test("knows what comes while it reads the keys, at once and afterwards", async () => {
    const server = await stage.server();
    await server.command(
      "EVAL",
      `for i = 1, 60000 do redis.call('SET', '${PREFIX}' .. 'key-' .. i, '1', 'PX', 600000) end`,
      "0",
    );
    const running = stage.idle(server);
    const started = running.replica.start();
    for (let index = 0; index < 100; index += 1) await revoke(server, `session-${index}`);
    await started;
    await revoke(server, "last");
    await eventually(() => answer(running, "last") === "revoked", "the last one", 1_000);
    for (let index = 0; index < 100; index += 1) {
      expect(answer(running, `session-${index}`)).toBe("revoked");
    }
    expect(answer(running, "key-60000")).toBe("revoked");
  });

  test("under a prefix of its own knows what is there, also where that looks like a pattern", async () => {
    const server = await stage.server();
    await server.command("SET", "x*[y]:sessions:session", "1");
    await server.command("SET", "xay:sessions:other", "1");
    const running = await stage.replica(server, { keyPrefix: "x*[y]:" });
    expect(answer(running, "session")).toBe("revoked");
    expect(answer(running, "other")).toBe("live");
  });
});

test("where a key holds no epoch, that zone alone is not answered for, until it does", async () => {
  const server = await stage.server();
  await mark(server, "delegation-epoch:bad", "seven");
  await server.command("LPUSH", `${PREFIX}delegation-epoch:list`, "7");
  const { replica } = await stage.replica(server, { reconcileMs: 1_000 });
  for (const zone of ["bad", "list"]) {
    expect(() => replica.currentDelegationEpoch(zone)).toThrow("can be read");
    expect(() => replica.check({ anchors: [], zoneId: zone })).toThrow("can be read");
  }
  expect(replica.currentDelegationEpoch("zone")).toBe(0);
  await mark(server, "delegation-epoch:bad", "8");
  const read = (): number => {
    try {
      return replica.currentDelegationEpoch("bad");
    } catch {
      return -1;
    }
  };
  await eventually(() => read() === 8, "the new value", 5_000);
});

describe("what passes the streams by", () => {
  test("is marked by a replica for itself at once, and for others in the keys", async () => {
    const server = await stage.server();
    const first = await stage.replica(server);
    await first.replica.markRevoked("session");
    await first.replica.markDelegationEpoch("zone", 4);
    expect(answer(first, "session")).toBe("revoked");
    const second = await stage.replica(server);
    expect(answer(second, "session")).toBe("revoked");
    expect(second.replica.currentDelegationEpoch("zone")).toBe(4);
  });

  test("is known to all after the next reading of the keys", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { reconcileMs: 1_000 });
    await mark(server, uuid);
    await eventually(() => answer(running, uuid) === "revoked", "the key", 5_000);
    expect(running.replica.health()).toMatchObject({ ready: true, resynchronisations: 0 });
  });

  test("is written again where single keys are lost", async () => {
    const server = await stage.server();
    const running = await stage.replica(server, { reconcileMs: 1_000 });
    await running.replica.markRevoked(uuid);
    await running.replica.markRevoked("session");
    await running.replica.markDelegationEpoch("zone", 4);
    const keys = [uuid, "session", "delegation-epoch:zone"].map((it) => `${PREFIX}${it}`);
    await server.command("DEL", ...keys);
    await eventually(
      async () => (await server.command("EXISTS", ...keys)) === 3,
      "the keys",
      5_000,
    );
    expect(await server.command("GET", keys[2] as string)).toBe("4");
    expect(Number(await server.command("PTTL", keys[0] as string))).toBeGreaterThan(86_000_000);
    expect(running.replica.health().ready).toBe(true);
  });
});
