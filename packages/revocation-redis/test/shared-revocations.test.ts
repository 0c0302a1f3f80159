import {
  ConfigurationError,
  type SharedRevocations,
  type SharedRevocationsOptions,
  startSharedRevocations,
} from "@caracalai/revocation-redis";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { connectIoredis, connectNodeRedis } from "./support/clients.js";
import { KEY, publish, revoke } from "./support/events.js";
import { eventually } from "./support/eventually.js";
import { Link } from "./support/link.js";
import { type RedisServer, startRedis } from "./support/redis-server.js";

const SESSION_KEY = "caracal:revoked:sessions:session";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(
  server: Parameters<typeof connectNodeRedis>[0],
  options: Partial<SharedRevocationsOptions> = {},
  connect: typeof connectNodeRedis = connectNodeRedis,
): Promise<SharedRevocations> {
  const { redis, end } = await connect(server);
  ends.push(end);
  const settings = { adoptUnmarkedAfterMs: 0, settleMs: 0, signatureKeys: [KEY], ...options };
  const shared = await startSharedRevocations({ redis, ...settings });
  ends.push(() => shared.stop());
  return shared;
}

async function startServer(settings: readonly string[] = []): Promise<RedisServer> {
  const server = await startRedis({ settings });
  ends.push(() => server.stop());
  return server;
}

test("two instances, over two client libraries: both refuse what one event revokes, and the keys are written", async () => {
  const server = await startServer();
  const instances = [await start(server), await start(server, {}, connectIoredis)];
  for (const { revocations } of instances) await eventually(() => revocations.ready, "readiness");
  await revoke(server, "session");
  await publish(server, "caracal.delegations.invalidate", {
    event: "edge_revoke",
    zone_id: "zone",
    epoch: "7",
    edge_id: "edge",
  });
  for (const { revocations } of instances) {
    await eventually(() => revocations.isRevoked("session"), "the revocation");
    await eventually(() => revocations.currentDelegationEpoch("zone") === 7, "the epoch");
  }
  await eventually(async () => (await server.command("GET", SESSION_KEY)) === "1", "the key");
  for (const { health } of instances) {
    await eventually(() => health().revocations.ready && health().delegations.ready, "consumers");
    expect(health().replica).toMatchObject({ ready: true, entries: 2 });
  }
});

test("a Redis that is away is waited for, in the background, and that is reported, whatever the report does", async () => {
  const server = await startServer();
  const link = await Link.start(server);
  ends.push(() => link.stop());
  const sentences: string[] = [];
  const { redis, end } = await connectNodeRedis(link);
  ends.push(end);
  link.silence();
  const shared = await startSharedRevocations({
    redis,
    signatureKeys: [KEY],
    adoptUnmarkedAfterMs: 0,
    settleMs: 0,
    report: (sentence) => {
      sentences.push(sentence);
      throw new Error("The log is full.");
    },
  });
  ends.push(() => shared.stop());
  expect(() => shared.revocations.isRevoked("session")).toThrow("not ready (stopped)");
  expect(shared.health().replica).toMatchObject({ ready: false, problem: "stopped" });
  link.restore();
  await eventually(() => sentences.at(-1) === "revocations are known", "the report");
  expect(sentences[0]).toBe("revocations are not known: Redis does not answer");
  expect(shared.revocations.isRevoked("session")).toBe(false);
});

test("a Redis that is not fit is an error at the start, and one that proves so later is not used", async () => {
  const settings = ["--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru"];
  const server = await startServer(settings);
  const started = start(server);
  await expect(started).rejects.toThrow(ConfigurationError);
  await expect(started).rejects.toThrow("redis: The server evicts keys");

  const link = await Link.start(server);
  ends.push(() => link.stop());
  const { redis, end } = await connectNodeRedis(link);
  ends.push(end);
  link.silence();
  const sentences: string[] = [];
  const options = { redis, signatureKeys: [KEY], adoptUnmarkedAfterMs: 0, settleMs: 0 };
  const shared = await startSharedRevocations({
    ...options,
    report: (sentence) => sentences.push(sentence),
  });
  ends.push(() => shared.stop());
  link.restore();
  await eventually(() => /evicts keys/.test(sentences.at(-1) ?? ""), "the reason");
  expect(shared.revocations.ready).toBe(false);
  await server.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
  await eventually(() => shared.revocations.ready, "readiness, when it was put right");
});

test("all parts use the streams and keys that are named", async () => {
  const server = await startServer();
  const named = {
    keyPrefix: "other:",
    revocationStream: "other.revocations",
    delegationStream: "other.delegations",
  };
  const { revocations } = await start(server, named);
  await eventually(() => revocations.ready, "readiness");
  await publish(server, named.revocationStream, { zone_id: "zone", sid: "session" });
  await eventually(() => revocations.isRevoked("session"), "the revocation");
  const key = "other:sessions:session";
  await eventually(async () => (await server.command("GET", key)) === "1", "the key");
  expect(await server.command("EXISTS", named.delegationStream)).toBe(1);
});

test("stopped while Redis is away, it ends, reports nothing more, and may be stopped again", async () => {
  const server = await startServer();
  const { redis, end } = await connectNodeRedis(server);
  ends.push(end);
  await server.kill();
  const sentences: string[] = [];
  const shared = await startSharedRevocations({
    redis,
    signatureKeys: [KEY],
    report: (sentence) => sentences.push(sentence),
  });
  await shared.stop();
  await shared.stop();
  expect(sentences).toStrictEqual(["revocations are not known: Redis does not answer"]);
  expect(shared.health().replica.problem).toBe("stopped");
});

test.each([
  ["no options", undefined, "redis must be"],
  ["no Redis", { signatureKeys: [KEY] }, "redis must be"],
  ["an unknown option", { signatureKeys: [KEY], url: "x" }, 'Unknown option "url"'],
  ["nothing about signatures", {}, "signatureKeys"],
  ["a report that is none", { signatureKeys: [KEY], report: "x" }, "report must be a function"],
])("%s: an error at the start", async (what, options, message) => {
  const port = await freePort();
  const access = {
    command: async () => {
      throw new Error(`Nothing listens at ${port}.`);
    },
    connection: () => ({ open: async () => {}, command: async () => {}, close: () => {} }),
    primaries: async () => [],
    isCluster: false,
  };
  const isWithout = what === "no options" || what === "no Redis";
  const all = (isWithout ? options : { redis: access, ...options }) as SharedRevocationsOptions;
  const started = startSharedRevocations(all);
  await expect(started).rejects.toThrow(ConfigurationError);
  await expect(started).rejects.toThrow(message);
});
