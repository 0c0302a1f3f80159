import { setTimeout as sleep } from "node:timers/promises";
import { agentMandate, createDevSts, type DevSts } from "@caracalai/dev-sts";
import {
  type RedisAccess,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationReplica,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { createMandateVerifier, type MandateVerifier } from "@caracalai/transport-mcp";
import { afterAll, beforeAll, describe, test } from "vitest";
import {
  connectIoredis,
  connectIoredisSentinel,
  connectNodeRedis,
  connectNodeRedisSentinel,
} from "../../packages/revocation-redis/test/support/clients.js";
import { KEY, revoke } from "../../packages/revocation-redis/test/support/events.js";
import { eventually } from "../../packages/revocation-redis/test/support/eventually.js";
import { Link } from "../../packages/revocation-redis/test/support/link.js";
import { startSentinel } from "../../packages/revocation-redis/test/support/redis-sentinel.js";
import {
  type RedisServer,
  startRedis,
} from "../../packages/revocation-redis/test/support/redis-server.js";

// Two instances on two client libraries go on when the primary ends and its replica takes its place.

let sts: DevSts;
beforeAll(async () => {
  sts = await createDevSts({ zones: ["zone"], announce: () => {} });
});
afterAll(() => sts.close());

/** What is to be ended after a test, the last one first. */
type Ends = (() => unknown)[];

/** A primary, its replica, and clients of whichever of the two is the primary. */
interface Pair {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly accesses: readonly RedisAccess[];
  /** Resolves when the replica is the primary. */
  failOver(): Promise<void>;
}

async function startPair(ends: Ends): Promise<readonly [RedisServer, RedisServer]> {
  const [primary, replica] = [await startRedis(), await startRedis()];
  ends.push(
    () => primary.stop(),
    () => replica.stop(),
  );
  await replica.replicate(primary);
  return [primary, replica];
}

async function behindSentinel(ends: Ends): Promise<Pair> {
  const [primary, replica] = await startPair(ends);
  const sentinel = await startSentinel(primary);
  ends.push(() => sentinel.stop());
  const clients = [
    await connectNodeRedisSentinel(sentinel),
    await connectIoredisSentinel(sentinel),
  ];
  ends.push(...clients.map(({ end }) => end));
  const failOver = async (): Promise<void> => {
    await primary.kill();
    // Sentinel closes all connections to the server that it promotes.
    const role = async () => String(await replica.command("INFO", "replication").catch(() => ""));
    await eventually(async () => (await role()).includes("role:master"), "the failover", 30_000);
  };
  return { primary, replica, accesses: clients.map(({ redis }) => redis), failOver };
}

async function behindProxies(ends: Ends): Promise<Pair> {
  const [primary, replica] = await startPair(ends);
  const links = [await Link.start(primary), await Link.start(primary)] as const;
  const clients = [await connectNodeRedis(links[0]), await connectIoredis(links[1])];
  ends.push(...links.map((link) => () => link.stop()), ...clients.map(({ end }) => end));
  const failOver = async (): Promise<void> => {
    await primary.kill();
    await replica.promote();
    for (const link of links) link.target = replica;
  };
  return { primary, replica, accesses: clients.map(({ redis }) => redis), failOver };
}

async function startInstance(
  kind: "store" | "replica",
  redis: RedisAccess,
  ends: Ends,
): Promise<MandateVerifier> {
  // The machine may be busy with other tests. No deadline is what is tried here.
  const patience = { startTimeoutMs: 60_000, commandTimeoutMs: 5_000 };
  const shared = new RedisRevocationStore({ redis });
  const options = { redis, store: shared, signatureKeys: [KEY], ...patience };
  const consumers = [new RedisRevocationConsumer(options), new RedisDelegationConsumer(options)];
  for (const consumer of consumers) {
    ends.push(() => consumer.stop());
    await consumer.start();
  }
  const replica = new RedisRevocationReplica({
    redis,
    signatureKeys: [KEY],
    adoptUnmarkedAfterMs: 0,
    ...patience,
  });
  if (kind === "replica") {
    ends.push(() => replica.stop());
    await replica.start();
  }
  const revocations = kind === "replica" ? replica : shared;
  const { issuer } = sts;
  const audience = "https://mcp.example.com";
  return createMandateVerifier({ issuer, audience, zoneId: "zone", revocations });
}

const ways = [
  ["behind Sentinel", behindSentinel],
  ["led to a promoted replica", behindProxies],
] as const;

// Two at a time: a client behind Sentinel keeps a processor busy whenever it finds its servers.
describe.for(ways)("a failover is survived by two instances %s", ([, start]) => {
  test.concurrent.for(["replica", "store"] as const)(
    "with the %s",
    { timeout: 180_000 },
    async (kind, { expect, onTestFinished }) => {
      const ends: Ends = [];
      onTestFinished(async () => {
        for (const end of ends.reverse()) await end();
      });
      const { primary, replica, accesses, failOver } = await start(ends);
      const verifiers = await Promise.all(
        accesses.map((redis) => startInstance(kind, redis, ends)),
      );
      const tokenOf = (sid: string) => sts.mint(agentMandate({ sid, root_sid: sid }));
      const tokens = {
        before: tokenOf("before"),
        after: tokenOf("after"),
        never: tokenOf("never"),
      };
      const answers = (token: string) =>
        Promise.all(
          verifiers.map(async (verifier) => {
            const result = await verifier.authenticate(token);
            return result.ok ? "accepted" : result.error.code;
          }),
        );
      const untilBoth = (token: string, answer: string, what: string) =>
        eventually(async () => (await answers(token)).every((it) => it === answer), what, 30_000);

      await untilBoth(tokens.never, "accepted", "both let in who was not revoked");
      await revoke(primary, "before");
      await untilBoth(tokens.before, "session_revoked", "both refuse who was revoked");
      await eventually(
        async () => (await replica.command("EXISTS", "caracal:revoked:sessions:before")) === 1,
        "replication",
      );

      const seen = new Set<string>();
      let isOver = false;
      const watching = (async () => {
        // A replica answers without waiting for anything: something else has to run as well.
        for (; !isOver; await sleep(5)) {
          for (const answer of await answers(tokens.before)) seen.add(answer);
        }
      })();
      await failOver();
      await untilBoth(tokens.never, "accepted", "both let in who was not revoked, again");
      await revoke(replica, "after");
      await untilBoth(tokens.after, "session_revoked", "both hear of a new revocation");
      isOver = true;
      await watching;

      await untilBoth(tokens.before, "session_revoked", "both refuse who was revoked before");
      await untilBoth(tokens.never, "accepted", "both let in who was not revoked");
      expect([...seen]).not.toContain("accepted");
    },
  );
});
