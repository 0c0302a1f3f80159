import { expect, test } from "vitest";
import {
  answer,
  createReplica,
  startReplica,
} from "../../packages/revocation-redis/test/replica/support/start-replica.js";
import { revoke } from "../../packages/revocation-redis/test/support/events.js";
import { eventually } from "../../packages/revocation-redis/test/support/eventually.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { Link } from "../world/link.js";

// A newcomer that starts right after a failover to a server that was behind meets no break of its own: it
// is ready before the instances that knew more have written it, and lets in what they have refused.
test("a replica that starts right after a failover waits for those who knew more", async () => {
  const [old, promoted] = [await startRedis(), await startRedis()];
  const replication = await Link.start(old);
  await promoted.replicate({ host: replication.host, port: replication.port } as typeof old);
  const link = await Link.start(old);
  const options = { settleMs: 2_000, adoptUnmarkedAfterMs: 0 };
  const elder = await startReplica(link, options);
  await eventually(async () => (await promoted.command("DBSIZE")) === 2, "both markers");
  replication.silence();
  await revoke(old, "session");
  await eventually(() => answer(elder, "session") === "revoked", "the event");

  await old.kill();
  await promoted.promote();
  link.target = promoted;
  link.cut();
  const newcomer = createReplica(promoted, { settleMs: 2_000 });
  newcomer.replica.start().catch(() => {});
  const answers = new Set<string>();
  await eventually(() => {
    answers.add(answer(newcomer, "session"));
    return answers.has("revoked");
  }, "the newcomer knows it as well");
  expect([...answers]).not.toContain("live");

  await Promise.all([elder.stop(), newcomer.stop()]);
  await Promise.all([old.stop(), promoted.stop(), replication.stop(), link.stop()]);
});
