import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { Link } from "../support/link.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import {
  lateAcceptances,
  type StoreInstance,
  startInstance,
  watchReadiness,
} from "./support/instance.js";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function startWithLink(): Promise<{
  readonly server: RedisServer;
  readonly own: Link;
  readonly instance: StoreInstance;
}> {
  const server = await startRedis();
  const own = await Link.start(server);
  const instance = await startInstance(server, own);
  ends.push(
    () => server.stop(),
    () => own.stop(),
    () => instance.stop(),
  );
  return { server, own, instance };
}

describe("an instance that is ready lets nothing in that was revoked more than a second ago", () => {
  test("where the consumer's own connection is silent", async () => {
    const { server, own, instance } = await startWithLink();
    await eventually(() => (instance.consumer.health().lastReadAgoMs ?? 99) < 5, "a read");
    own.silence();
    await revoke(server, "session");
    expect(await lateAcceptances(instance, "session")).toEqual([]);
    expect(instance.consumer.health().ready).toBe(false);
  });

  test("where replies to the consumer are late", async () => {
    const { server, own, instance } = await startWithLink();
    own.delayMs = 450;
    await sleep(100);
    await revoke(server, "session");
    expect(await lateAcceptances(instance, "session")).toEqual([]);
  });

  test("where the consumer can't write", async () => {
    const { server, own, instance } = await startWithLink();
    own.silence();
    await revoke(server, "session");
    await server.command("CONFIG", "SET", "maxmemory", "1");
    const late = lateAcceptances(instance, "session");
    own.restore();
    expect(await late).toEqual([]);
  });

  test("where ids are ahead of the server's clock, as they are after it was set back", async () => {
    const { server, instance } = await startWithLink();
    await revoke(server, "first");
    await server.command("XADD", REVOCATIONS, `${Date.now() + 3_600_000}-0`, "poison", "x");
    await server.command("RPUSH", "caracal:revoked:sessions:stuck", "x");
    await revoke(server, "stuck");
    await sleep(1_500);
    expect(instance.consumer.health()).toMatchObject({ pending: 1, oldestMs: 0, ready: false });
    await server.command("DEL", "caracal:revoked:sessions:stuck");
    await eventually(() => instance.consumer.health().ready, "readiness");
    expect(await instance.store.isRevoked("stuck")).toBe(true);
  });
});

describe("readiness holds on a healthy server", () => {
  test("that is idle", async () => {
    const { instance } = await startWithLink();
    const { asked, notReady } = await watchReadiness(instance, 4_000);
    expect(asked).toBeGreaterThan(100);
    expect(notReady).toBe(0);
  });

  test("that is 50 ms away", async () => {
    const { own, instance } = await startWithLink();
    own.delayMs = 50;
    const { asked, notReady } = await watchReadiness(instance, 4_000);
    expect(asked).toBeGreaterThan(100);
    expect(notReady).toBe(0);
  });

  test("under load, with several consumers", async () => {
    const { server, instance } = await startWithLink();
    const others = [await startInstance(server), await startInstance(server)];
    ends.push(...others.map((other) => () => other.stop()));
    const watching = [instance, ...others].map((it) => watchReadiness(it, 4_000));
    let sent = 0;
    for (const end = performance.now() + 4_000; performance.now() < end; await sleep(1)) {
      const burst = Array.from({ length: 5 }, (_, at) => revoke(server, `session-${sent + at}`));
      sent += (await Promise.all(burst)).length;
    }
    for (const { asked, notReady } of await Promise.all(watching)) {
      expect(asked).toBeGreaterThan(100);
      expect(notReady).toBe(0);
    }
    expect(sent).toBeGreaterThan(200);
    await eventually(() => instance.store.isRevoked(`session-${sent - 1}`), "the last event");
  });
});
