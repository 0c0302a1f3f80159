import {
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationStore,
  signEvent,
} from "@caracalai/revocation-redis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type Connected,
  connectIoredis,
  connectIoredisCluster,
  connectNodeRedis,
  connectNodeRedisCluster,
} from "../support/clients.js";
import { DELEGATIONS, KEY, publish, REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { startCluster } from "../support/redis-cluster.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;
let cluster: readonly RedisServer[];

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster(1)]);
});

afterAll(async () => {
  await Promise.all([server, ...(cluster ?? [])].map((it) => it?.stop()));
});

const clients: readonly [string, () => RedisServer, () => Promise<Connected>][] = [
  ["node-redis, RESP2", () => server, () => connectNodeRedis(server, 2)],
  ["node-redis, RESP3", () => server, () => connectNodeRedis(server, 3)],
  ["node-redis, cluster", () => cluster[0] as RedisServer, () => connectNodeRedisCluster(cluster)],
  ["ioredis, RESP2", () => server, () => connectIoredis(server, 2)],
  ["ioredis, RESP3", () => server, () => connectIoredis(server, 3)],
  ["ioredis, cluster", () => cluster[0] as RedisServer, () => connectIoredisCluster(cluster)],
];

describe.each(clients)("over %s", (_, serverOf, connect) => {
  let connected: Connected;
  let store: RedisRevocationStore;
  let consumers: (RedisRevocationConsumer | RedisDelegationConsumer)[];

  beforeEach(async () => {
    await serverOf().command("FLUSHALL");
    connected = await connect();
    store = new RedisRevocationStore({ redis: connected.redis, readTimeoutMs: 2_000 });
    consumers = [];
  });

  afterEach(async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop()));
    connected.end();
  });

  async function start(): Promise<[RedisRevocationConsumer, RedisDelegationConsumer]> {
    const options = { redis: connected.redis, store, signatureKeys: [KEY] };
    const [revocations, delegations] = [
      new RedisRevocationConsumer(options),
      new RedisDelegationConsumer(options),
    ];
    consumers.push(revocations, delegations);
    await Promise.all([revocations.start(), delegations.start()]);
    return [revocations, delegations];
  }

  const untilRevoked = (anchor: string): Promise<void> =>
    eventually(() => store.isRevoked(anchor), `the revocation of ${anchor}`);

  test("what was published before and after the start is written, and acknowledged", async () => {
    await revoke(serverOf(), "before");
    const [consumer] = await start();
    await untilRevoked("before");
    await publish(serverOf(), REVOCATIONS, { sid: "after", root_sid: "root", edge_id: "edge" });
    for (const anchor of ["after", "root", "edge"]) await untilRevoked(anchor);
    await eventually(() => consumer.health().applied === 2, "both events");
    await eventually(() => consumer.health().ready, "readiness");
    const [held] = (await serverOf().command("XPENDING", REVOCATIONS, "resource-revocation")) as [
      number,
    ];
    expect(held).toBe(0);
    expect(consumer.health()).toMatchObject({
      state: "reading",
      pending: 0,
      deadLetters: 0,
      trimmed: 0,
      loss: undefined,
      lastError: undefined,
    });
  });

  test("a zone's epoch is raised by events, in whatever order they come", async () => {
    const [, consumer] = await start();
    for (const epoch of ["5", "9", "7", "8"]) {
      await publish(serverOf(), DELEGATIONS, {
        event: "edge_revoke",
        zone_id: "zone",
        epoch,
        edge_id: "e",
      });
    }
    await eventually(() => consumer.health().applied === 4, "the events");
    expect(await store.currentDelegationEpoch("zone")).toBe(9);
  });

  test("a poison message is set aside with its reason, and what follows is written", async () => {
    const [consumer] = await start();
    const raw = (...fields: string[]): Promise<unknown> =>
      serverOf().command("XADD", REVOCATIONS, "*", ...fields);
    await raw("session_id", "unsigned-session");
    await raw("session_id", "forged-session", "_sig", "0".repeat(64));
    await raw("nothing", "known", "_sig", signEvent(REVOCATIONS, { nothing: "known" }, KEY));
    await raw("session_id", `${"x".repeat(1_000_000)}`);
    await raw("session_id", "line\nfeed\u0085");
    await revoke(serverOf(), "good");
    await untilRevoked("good");
    await eventually(() => consumer.health().deadLetters === 5, "the dead letters");
    const letters = (await serverOf().command(
      "XRANGE",
      `${REVOCATIONS}.dead-letter`,
      "-",
      "+",
    )) as [string, string[]][];
    const read = letters.map(([, fields]) => ({
      problem: fields[5],
      fields: JSON.parse(fields[7] ?? ""),
      size: fields.join("").length,
    }));
    expect(new Set(read.map(({ problem }) => problem))).toEqual(
      new Set(["unsigned", "wrong_signature", "no_anchor", "too_large", "control_character"]),
    );
    expect(read.find(({ problem }) => problem === "unsigned")?.fields).toEqual([
      "session_id",
      "unsigned-session",
    ]);
    for (const { size } of read) expect(size).toBeLessThan(1_000);
    expect(letters.flatMap(([, fields]) => fields).join("")).not.toMatch(/\p{Cc}/u);
    for (const session of ["unsigned-session", "forged-session"]) {
      expect(await store.isRevoked(session)).toBe(false);
    }
    await eventually(() => consumer.health().pending === 0 && consumer.health().ready, "readiness");
  });

  test("what a consumer held that ended is taken over by another one", async () => {
    const [group, stream] = ["resource-revocation", REVOCATIONS];
    await serverOf().command("XGROUP", "CREATE", stream, group, "0", "MKSTREAM");
    for (let i = 0; i < 150; i += 1) await revoke(serverOf(), `held-${i}`);
    // A consumer that was killed between reading and acknowledging.
    await serverOf().command(
      "XREADGROUP",
      "GROUP",
      group,
      "dead",
      "COUNT",
      "1000",
      "STREAMS",
      stream,
      ">",
    );
    const [consumer] = await start();
    for (let i = 0; i < 150; i += 1) await untilRevoked(`held-${i}`);
    await eventually(() => consumer.health().pending === 0, "the acknowledgements");
    expect(consumer.health().reclaimed).toBeGreaterThanOrEqual(150);
  });

  test("several consumers share the work, and stopping one of them leaves nothing behind", async () => {
    const [first] = await start();
    const [second] = await start();
    for (let i = 0; i < 40; i += 1) {
      await revoke(serverOf(), `session-${i}`);
      if (i === 20) await first.stop();
    }
    for (let i = 0; i < 40; i += 1) await untilRevoked(`session-${i}`);
    await eventually(() => second.health().pending === 0, "the acknowledgements");
    expect(first.health().state).toBe("stopped");
    const names = await serverOf().command(
      "XINFO",
      "CONSUMERS",
      REVOCATIONS,
      "resource-revocation",
    );
    expect(names).toHaveLength(1);
  });
});
