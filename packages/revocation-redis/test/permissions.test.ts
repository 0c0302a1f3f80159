import { readFileSync } from "node:fs";
import {
  fromNodeRedis,
  RedisRevocationConsumer,
  RedisRevocationStore,
  requireSafeServer,
} from "@caracalai/revocation-redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KEY, REVOCATIONS, revoke } from "./support/events.js";
import { eventually } from "./support/eventually.js";
import { redisClient } from "./support/redis-client.js";
import { type RedisServer, startRedis } from "./support/redis-server.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, listed = ""] =
  /The permissions that a consumer needs: (.*?) on the keys/.exec(readme) ?? [];
const commands = [...listed.matchAll(/`([A-Z]+)`/g)].map(([, name]) => `+${name?.toLowerCase()}`);

/** What the client library sends by itself. */
const OF_THE_CLIENT = ["+hello", "+auth", "+client", "+ping"];

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server?.stop());

async function run(permissions: readonly string[]): Promise<unknown> {
  const user = ["ACL", "SETUSER", "caracal", "reset", "on", ">secret-password", "~*caracal*"];
  await server.command(...user, ...OF_THE_CLIENT, ...permissions);
  const client = redisClient({
    url: server.url,
    username: "caracal",
    password: "secret-password",
  });
  client.on("error", () => {});
  await client.connect();
  const redis = fromNodeRedis(client);
  const store = new RedisRevocationStore({ redis, readTimeoutMs: 2_000 });
  const trust = { signatureKeys: [KEY], startTimeoutMs: 2_000 };
  const consumer = new RedisRevocationConsumer({ redis, store, ...trust });
  try {
    await requireSafeServer(redis);
    await consumer.start();
    await server.command("XADD", REVOCATIONS, "*", "poison", "x");
    await revoke(server, "session-1");
    await eventually(() => store.isRevoked("session-1"), "the revocation");
    await eventually(() => consumer.health().deadLetters === 1, "the dead letter", 2_000);
    await eventually(() => consumer.health().ready, "readiness", 5_000);
    await consumer.stop();
    return consumer.health().lastError?.message ?? "fine";
  } catch (error) {
    return (error as Error).message;
  } finally {
    await consumer.stop();
    client.destroy();
  }
}

describe("the permissions that the README names", () => {
  test("are enough", async () => {
    expect(commands.length).toBeGreaterThan(10);
    expect(await run(commands)).toBe("fine");
  });

  test.each([
    ["+info", /does not permit/],
    ["+xreadgroup", /lacks a permission/],
    ["+xadd", /dead letter/],
  ])("without %s, it shows at once", async (missing, shown) => {
    const message = await run(commands.filter((name) => name !== missing));
    expect(message).toMatch(shown);
    expect(message).not.toMatch(/secret/);
  });
});
