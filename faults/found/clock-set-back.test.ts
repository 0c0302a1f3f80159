import { RedisRevocationConsumer, RedisRevocationStore } from "@caracalai/revocation-redis";
import { expect, test } from "vitest";
import { connectNodeRedis } from "../../packages/revocation-redis/test/support/clients.js";
import { KEY, REVOCATIONS, revoke } from "../../packages/revocation-redis/test/support/events.js";
import { eventually } from "../../packages/revocation-redis/test/support/eventually.js";
import { Servers } from "../world/servers.js";

const GROUP = "resource-revocation";

// Not mended yet, so that it is expected to fail: who mends it makes it a test. How long an entry is held is counted from the server's wall clock at its delivery: XAUTOCLAIM takes over
// nothing whose delivery lies in the future.
test.fails("what a dead consumer was given before the server's clock was set back is taken over", async () => {
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
