import {
  fromNodeRedisCluster,
  fromNodeRedisSentinel,
  type RedisAccess,
} from "@caracalai/revocation-redis";
import { createCluster, createSentinel } from "redis";
import { expect, test } from "vitest";
import { eventually } from "../support/eventually.js";
import { addReplica, startCluster } from "../support/redis-cluster.js";
import { startSentinel } from "../support/redis-sentinel.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

/** How often a server was asked for a value. */
async function gets(server: RedisServer): Promise<number> {
  const stats = String(await server.command("INFO", "commandstats"));
  return Number(/cmdstat_get:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

async function expectOnlyPrimaryAsked(
  redis: RedisAccess,
  primary: RedisServer,
  replica: RedisServer,
): Promise<void> {
  const key = "caracal:revoked:sessions:x";
  await Promise.all(Array.from({ length: 40 }, () => redis.command(["GET", key], { key })));
  expect(await gets(primary)).toBe(40);
  expect(await gets(replica)).toBe(0);
}

test("a cluster's replicas are not asked, though the client would ask them", async () => {
  // So that each is told sooner of the other.
  const settings = ["--cluster-node-timeout", "2000"];
  const [primary] = await startCluster(1, settings);
  if (primary === undefined) throw new Error("There is no primary.");
  const replica = await addReplica(primary, settings);
  const client = createCluster({ rootNodes: [{ url: primary.url }], useReplicas: true });
  client.on("error", () => {});
  await client.connect();
  expect(client.replicas).toHaveLength(1);
  // What the client does by itself.
  for (let i = 0; i < 10; i += 1) await client.get("caracal:revoked:sessions:x");
  expect(await gets(replica)).toBeGreaterThan(0);
  for (const server of [primary, replica]) await server.command("CONFIG", "RESETSTAT");

  await expectOnlyPrimaryAsked(fromNodeRedisCluster(client), primary, replica);
  client.destroy();
  await Promise.all([primary.stop(), replica.stop()]);
});

test("replicas behind Sentinel are not asked, though the client would ask them", async () => {
  const [primary, replica] = await Promise.all([startRedis(), startRedis()]);
  await replica.replicate(primary);
  const { name, host, port, stop } = await startSentinel(primary);
  const sentinelNode = { host, port };
  const options = { name, sentinelRootNodes: [sentinelNode], scanInterval: 200 };
  const client = createSentinel({ ...options, replicaPoolSize: 1 });
  client.on("error", () => {});
  await client.connect();
  await eventually(() => client.getReplicaNodes().size === 1, "the replica", 20_000);

  await expectOnlyPrimaryAsked(fromNodeRedisSentinel(client), primary, replica);
  await client.destroy();
  await stop();
  await Promise.all([primary.stop(), replica.stop()]);
});
