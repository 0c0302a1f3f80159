import { expect, test } from "vitest";
import { REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { Link } from "../support/link.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { createStage } from "./support/stage.js";
import { answer, createReplica, startReplica } from "./support/start-replica.js";

const stage = createStage();

// A newcomer that starts right after a failover to a server that was behind meets no break of its own: it
// must not be ready before the instances that knew more have written what they have refused.
test("a replica that starts right after a failover waits for those who knew more", async () => {
  const [old, promoted] = [await startRedis(), await startRedis()];
  const replication = await Link.start(old);
  await promoted.replicate({ host: replication.host, port: replication.port } as RedisServer);
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

// No consumer has written it yet (it was stuck, or slower than the trim), and the replica that has read the
// event looks at the keys again every 10 minutes only.
test("what a replica has read from a stream that was trimmed since is written for newcomers", async () => {
  const server = await startRedis();
  const elder = await startReplica(server);
  await revoke(server, "session");
  await eventually(() => answer(elder, "session") === "revoked", "the event");
  await server.command("XTRIM", REVOCATIONS, "MAXLEN", "0");
  const newcomer = createReplica(server);
  newcomer.replica.start().catch(() => {});
  await eventually(() => answer(newcomer, "session") === "events_lost", "nobody says so yet");
  // The consumer that comes now has lost the event, and notes it; the elder knows it, and says so.
  const consumers = await stage.consumers(server);
  await eventually(() => answer(newcomer, "session") === "revoked", "the newcomer knows it", 5_000);
  await consumers.stop();
  await Promise.all([elder.stop(), newcomer.stop()]);
  await server.stop();
});
