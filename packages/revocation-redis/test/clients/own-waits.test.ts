import { setTimeout as sleep } from "node:timers/promises";
import { fromIoredis, fromNodeRedis, type RedisAccess } from "@caracalai/revocation-redis";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readStreamReply } from "../../src/streams/stream-reply.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server?.stop());

/** What a read that blocks gives, where an entry comes after half a second. */
async function waitForEntry(redis: RedisAccess, stream: string): Promise<unknown> {
  const own = redis.connection();
  await own.open();
  const wait = ["XREAD", "BLOCK", "10000", "STREAMS", stream, "0"];
  const reply = own.command(wait, { key: stream });
  const added = sleep(500).then(() => server.command("XADD", stream, "1-1", "a", "b"));
  try {
    // Redis may answer the one who waits before the one who adds.
    const [entries] = await Promise.all([reply, added]);
    return readStreamReply(entries).map(({ id }) => id);
  } finally {
    own.close();
  }
}

test("an ioredis client's own timeouts do not end a wait", async () => {
  const client = new Redis({ host: server.host, port: server.port, commandTimeout: 100 });
  expect(await waitForEntry(fromIoredis(client), "ioredis")).toEqual(["1-1"]);
  client.disconnect();
});

test("an ioredis client's blockingTimeout does not answer for a server that is frozen", async () => {
  const timeouts = { blockingTimeout: 50, blockingTimeoutGrace: 1 };
  const client = new Redis({ host: server.host, port: server.port, ...timeouts });
  const own = fromIoredis(client).connection();
  await own.open();
  server.freeze();
  // The library would say null, as if nothing were new.
  const reply = own.command(["XREAD", "BLOCK", "50", "STREAMS", "frozen", "0"], { key: "frozen" });
  expect(await Promise.race([reply, sleep(500, "waiting")])).toBe("waiting");
  server.thaw();
  expect(await reply).toBeNull();
  own.close();
  client.disconnect();
});

test("a node-redis client's command options do not change replies", async () => {
  const client = createClient({ url: server.url, commandOptions: { typeMapping: { 37: Map } } });
  await client.connect();
  expect(await waitForEntry(fromNodeRedis(client), "node-redis")).toEqual(["1-1"]);
  client.destroy();
});
