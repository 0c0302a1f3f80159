import { setTimeout as sleep } from "node:timers/promises";
import { RedisRevocationConsumer, RedisRevocationStore } from "@caracalai/revocation-redis";
import { afterEach, expect, test } from "vitest";
import { connectNodeRedis } from "../../packages/revocation-redis/test/support/clients.js";
import { KEY, REVOCATIONS, revoke } from "../../packages/revocation-redis/test/support/events.js";
import { eventually } from "../../packages/revocation-redis/test/support/eventually.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { type Address, Link } from "../world/link.js";

// Not mended yet, so that each is expected to fail: who mends one makes it a test, and vitest says so.
// The readiness of the consumers is that of their last read, however old events are by now, counts with
// the server's clock, and does not see a history that was replaced and went on.

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(shared: Address & { url: string }, own = shared) {
  const [forAll, forOwn] = [await connectNodeRedis(shared), await connectNodeRedis(own)];
  const redis = { ...forAll.redis, connection: forOwn.redis.connection };
  const store = new RedisRevocationStore({ redis });
  const consumer = new RedisRevocationConsumer({ redis, store, signatureKeys: [KEY] });
  await consumer.start();
  ends.push(forAll.end, forOwn.end, () => consumer.stop());
  return { store, consumer };
}

/** For how long an instance is ready, and lets in what was revoked more than a second before. */
async function watch({ store, consumer }: Awaited<ReturnType<typeof start>>, session: string) {
  const acknowledgedAt = performance.now();
  const late: number[] = [];
  while (performance.now() < acknowledgedAt + 3_000) {
    const [wasReady, askedAt] = [consumer.health().ready, performance.now()];
    const isRevoked = await store.isRevoked(session).catch(() => true);
    const isReady = wasReady && consumer.health().ready;
    const lateMs = Math.round(askedAt - acknowledgedAt);
    if (!isRevoked && isReady && lateMs > 1_000) late.push(lateMs);
    await sleep(5);
  }
  return late;
}

test.fails("a consumer whose own connection is silent is not ready after a second", async () => {
  const server = await startRedis();
  const own = await Link.start(server);
  ends.push(
    () => server.stop(),
    () => own.stop(),
  );
  const instance = await start(server, own);
  await eventually(() => instance.consumer.health().ready, "readiness");
  // Until a read has just come back.
  await eventually(() => (instance.consumer.health().lastReadAgoMs ?? 99) < 5, "a read");
  own.silence();
  await revoke(server, "session");
  expect(await watch(instance, "session")).toEqual([]);
});

test.fails("a consumer that can't write is not ready after a second", async () => {
  const server = await startRedis();
  const own = await Link.start(server);
  ends.push(
    () => server.stop(),
    () => own.stop(),
  );
  const instance = await start(server, own);
  await eventually(() => instance.consumer.health().ready, "readiness");
  own.silence();
  await revoke(server, "session");
  await server.command("CONFIG", "SET", "maxmemory", "1");
  const watching = watch(instance, "session");
  own.restore();
  expect(await watching).toEqual([]);
});

test.fails("a consumer whose server's clock was set back is not ready while an event is stuck", async () => {
  const server = await startRedis();
  ends.push(() => server.stop());
  const instance = await start(server);
  await revoke(server, "first");
  // As it is after a clock was an hour ahead: ids never go back.
  const ahead = `${Date.now() + 3_600_000}-0`;
  await server.command("XADD", REVOCATIONS, ahead, "poison", "x");
  await server.command("RPUSH", "caracal:revoked:sessions:stuck", "x");
  await revoke(server, "stuck");
  await sleep(2_500);
  expect(instance.consumer.health()).toMatchObject({ pending: 1, ready: false });
});

test.fails("a consumer notices a failover to a server that was behind, though events came since", async () => {
  const [old, promoted] = [await startRedis(), await startRedis()];
  const replication = await Link.start(old);
  await promoted.replicate({ host: replication.host, port: replication.port } as typeof old);
  const link = await Link.start(old);
  ends.push(() => Promise.all([old, promoted, replication, link].map((part) => part.stop())));
  const { store, consumer } = await start(link);
  const isRevoked = (session: string) => store.isRevoked(session).catch(() => false);
  await revoke(old, "first");
  await eventually(() => isRevoked("first"), "the first event");
  await sleep(100);
  replication.silence();
  await revoke(old, "session");
  await eventually(() => isRevoked("session"), "the event");

  await old.kill();
  await promoted.promote();
  await revoke(promoted, "newer");
  link.target = promoted;
  link.cut();
  await eventually(() => isRevoked("newer"), "the newer event");
  await sleep(1_500);
  expect(consumer.health()).toMatchObject({ loss: "history_lost", ready: false });
});
