import { test } from "vitest";
import {
  answer,
  startReplica,
} from "../../packages/revocation-redis/test/replica/support/start-replica.js";
import { REVOCATIONS, revoke } from "../../packages/revocation-redis/test/support/events.js";
import { eventually } from "../../packages/revocation-redis/test/support/eventually.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";

// No consumer has written it yet (it was stuck, or slower than the trim): the replica that has read the
// event marks it as held by the stream, and does not look again for reconcileMs: 10 minutes.
test("what a replica has read from a stream that was trimmed since is written for newcomers", async () => {
  const server = await startRedis();
  const elder = await startReplica(server);
  await revoke(server, "session");
  await eventually(() => answer(elder, "session") === "revoked", "the event");
  await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
  const newcomer = await startReplica(server);
  await eventually(() => answer(newcomer, "session") === "revoked", "the newcomer knows it", 5_000);
  await Promise.all([elder.stop(), newcomer.stop()]);
  await server.stop();
});
