import { setTimeout as sleep } from "node:timers/promises";
import { RedisRevocationConsumer, RedisRevocationStore } from "@caracalai/revocation-redis";
import { expect, test } from "vitest";
import { connectNodeRedis } from "../../packages/revocation-redis/test/support/clients.js";
import { KEY, REVOCATIONS, revoke } from "../../packages/revocation-redis/test/support/events.js";
import { eventually } from "../../packages/revocation-redis/test/support/eventually.js";
import { Servers } from "../world/servers.js";

const GROUP = "resource-revocation";

// Redis counts from its wall clock for how long an entry is held: of one whose delivery lies in the
// future, XAUTOCLAIM and XPENDING say that it is not held for any time at all.
test("what a dead consumer was given before the server's clock was set back is taken over", async () => {
  const servers = await Servers.start({ persistent: false, hasReplica: false, hasClock: true });
  const server = servers.primary;
  expect(servers.clock).toBeDefined();
  await server.command("XGROUP", "CREATE", REVOCATIONS, GROUP, "0", "MKSTREAM");
  servers.clock?.move(3_600);
  await revoke(server, "session");
  await server.command("XREADGROUP", "GROUP", GROUP, "dead", "STREAMS", REVOCATIONS, ">");
  servers.clock?.move(0);

  const { redis, end } = await connectNodeRedis(server);
  const store = new RedisRevocationStore({ redis });
  const consumer = new RedisRevocationConsumer({ redis, store, signatureKeys: [KEY] });
  await consumer.start();
  const outcome = await eventually(() => store.isRevoked("session"), "the event", 4_000).then(
    () => "applied",
    () => `not applied, and ready: ${consumer.health().ready}`,
  );
  await consumer.stop();
  end();
  await servers.stop();
  expect(outcome).toBe("applied");
});

test("a loss matters for as long as before where the server's clock is set forward", async () => {
  const servers = await Servers.start({ persistent: false, hasReplica: false, hasClock: true });
  const server = servers.primary;
  servers.clock?.move(-3_600);
  const { redis, end } = await connectNodeRedis(server);
  const store = new RedisRevocationStore({ redis });
  const consumer = new RedisRevocationConsumer({ redis, store, signatureKeys: [KEY] });
  await consumer.start();
  await eventually(() => consumer.health().ready, "readiness");
  await server.command("FLUSHALL");
  await eventually(() => consumer.health().loss === "history_lost", "the loss");
  servers.clock?.move(1);
  await sleep(1_000);
  expect(consumer.health()).toMatchObject({ state: "reading", loss: "history_lost", ready: false });
  await consumer.stop();
  end();
  await servers.stop();
});
