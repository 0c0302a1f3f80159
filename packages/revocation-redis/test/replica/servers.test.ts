import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { RedisRevocationReplica } from "../../src/replica/redis-revocation-replica.js";
import {
  type Connected,
  connectIoredis,
  connectIoredisCluster,
  connectIoredisSentinel,
  connectNodeRedis,
  connectNodeRedisCluster,
  connectNodeRedisSentinel,
} from "../support/clients.js";
import { DELEGATIONS, KEY, REVOCATIONS } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { startCluster } from "../support/redis-cluster.js";
import { startSentinel } from "../support/redis-sentinel.js";
import { createStage } from "./support/stage.js";
import { FAST } from "./support/start-replica.js";

const stage = createStage();

function start(connected: Connected): RedisRevocationReplica {
  const { redis, end } = connected;
  const options = { ...FAST, signatureKeys: undefined, allowUnsigned: true, maxStalenessMs: 3_000 };
  const replica = new RedisRevocationReplica({ ...options, redis, commandTimeoutMs: 2_000 });
  stage.atEnd(async () => {
    await replica.stop();
    end();
  });
  return replica;
}

function isRevoked(replica: RedisRevocationReplica, anchor: string): boolean {
  return replica.ready && replica.isRevoked(anchor);
}

/** Publishes over the client itself, whichever node that leads to. */
const publish = ({ redis }: Connected, stream: string, ...fields: string[]): Promise<unknown> =>
  redis.command(["XADD", stream, "*", ...fields], { key: stream });

async function expectToFollow(connected: Connected, replica: RedisRevocationReplica) {
  const sid = randomUUID();
  await publish(connected, REVOCATIONS, "sid", sid);
  await publish(connected, DELEGATIONS, "zone_id", "zone", "epoch", "3");
  await eventually(() => isRevoked(replica, sid), "the revocation");
  await eventually(() => replica.currentDelegationEpoch("zone") === 3, "the epoch");
  await replica.markRevoked("marked");
  expect(isRevoked(replica, "marked")).toBe(true);
}

describe("one server", () => {
  test.each<[string, (server: Awaited<ReturnType<typeof stage.server>>) => Promise<Connected>]>([
    ["node-redis, RESP2", (server) => connectNodeRedis(server, 2)],
    ["node-redis, RESP3", (server) => connectNodeRedis(server, 3)],
    ["ioredis, RESP2", (server) => connectIoredis(server, 2)],
    ["ioredis, RESP3", (server) => connectIoredis(server, 3)],
  ])("over %s is followed, and begun anew with where it was emptied", async (_, connect) => {
    const server = await stage.server();
    const connected = await connect(server);
    const replica = start(connected);
    await replica.start();
    await expectToFollow(connected, replica);
    await server.command("FLUSHALL");
    await eventually(() => replica.health().resynchronisations === 1, "it begins anew");
    await eventually(() => isRevoked(replica, "marked"), "it knows what it knew");
    const second = start(await connect(server));
    await second.start();
    expect(isRevoked(second, "marked")).toBe(true);
  });
});

describe("a cluster", () => {
  test.each([
    ["node-redis", connectNodeRedisCluster],
    ["ioredis", connectIoredisCluster],
  ])("over %s is followed, and read on all of its nodes", async (_, connect) => {
    const nodes = await startCluster(3);
    for (const node of nodes) stage.atEnd(() => node.stop());
    const connected = await connect(nodes);
    const anchors = Array.from({ length: 300 }, () => randomUUID());
    for (const anchor of anchors) {
      const key = `caracal:revoked:sessions:${anchor}`;
      await connected.redis.command(["SET", key, "1", "PX", "600000"], { key });
    }
    const replica = start(connected);
    await replica.start();
    expect(anchors.every((anchor) => isRevoked(replica, anchor))).toBe(true);
    await expectToFollow(connected, replica);
    for (const node of nodes) await node.command("FLUSHALL");
    await eventually(() => replica.health().resynchronisations > 0, "it begins anew");
    await eventually(() => replica.ready, "it is ready again");
    const second = start(await connect(nodes));
    await second.start();
    expect([...anchors, "marked"].every((anchor) => isRevoked(second, anchor))).toBe(true);
  });
});

describe("behind Sentinel, a failover is survived", () => {
  test.each([
    ["node-redis", connectNodeRedisSentinel],
    ["ioredis", connectIoredisSentinel],
  ])("over %s", { timeout: 60_000 }, async (_, connect) => {
    const [primary, other] = await Promise.all([stage.server(), stage.server()]);
    await other.replicate(primary);
    const sentinel = await startSentinel(primary);
    stage.atEnd(() => sentinel.stop());
    await eventually(
      async () => String(await primary.command("INFO", "replication")).includes("state=online"),
      "the replica is in step",
    );
    const connected = await connect(sentinel);
    const replica = start(connected);
    await replica.start();
    await expectToFollow(connected, replica);
    await primary.kill();
    await eventually(() => !replica.ready, "it notices", 10_000);
    await eventually(() => replica.ready, "it follows the new primary", 40_000);
    expect(isRevoked(replica, "marked")).toBe(true);
    await expectToFollow(connected, replica);
  });
});

test("no key and no anchor is in an error or in the health", async () => {
  const server = await stage.server();
  const { redis, end } = await connectNodeRedis(server);
  stage.atEnd(end);
  const replica = new RedisRevocationReplica({ ...FAST, redis });
  expect(() => replica.isRevoked("session")).toThrow(/^The revocation replica is not ready/);
  expect(JSON.stringify(replica.health())).not.toContain(KEY);
});
