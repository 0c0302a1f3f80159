import { readFileSync } from "node:fs";
import { fromNodeRedis } from "@caracalai/revocation-redis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RedisRevocationReplica } from "../../src/replica/redis-revocation-replica.js";
import { DELEGATIONS, LOSS_KEY, REVOCATION_GROUP, REVOCATIONS } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { redisClient } from "../support/redis-client.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { FAST } from "./support/start-replica.js";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const [, listed = ""] =
  /The permissions that a replica needs: (.*?) on the keys `\*caracal\*`/.exec(readme) ?? [];
const COMMANDS = [...listed.matchAll(/`([A-Z]+)`/g)].map(([, name = ""]) => name.toLowerCase());

/** What the client library sends by itself. */
const OF_THE_CLIENT = ["hello", "auth", "client", "ping"];

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server?.stop());

/** What a replica may do with no more than these commands: start, mark, and begin anew. */
async function run(commands: readonly string[]): Promise<string> {
  await server.command("FLUSHALL");
  for (const stream of [REVOCATIONS, DELEGATIONS]) {
    await server.command("XADD", stream, "*", "poison", "x");
    // A consumer has it in hand.
    const group = stream === REVOCATIONS ? REVOCATION_GROUP : "resource-delegation-invalidation";
    await server.command("XGROUP", "CREATE", stream, group, "0");
    const read = ["XREADGROUP", "GROUP", group, "consumer", "STREAMS", stream, ">"];
    await server.command(...read);
  }
  const allowed = [...OF_THE_CLIENT, ...commands].map((name) => `+${name}`);
  const user = ["ACL", "SETUSER", "caracal", "reset", "on", ">secret-password", "~*caracal*"];
  await server.command(...user, ...allowed);
  const client = redisClient({
    url: server.url,
    username: "caracal",
    password: "secret-password",
  });
  client.on("error", () => {});
  await client.connect();
  const options = { ...FAST, settleMs: 0, startTimeoutMs: 1_500, redis: fromNodeRedis(client) };
  const replica = new RedisRevocationReplica(options);
  try {
    await replica.start();
    await replica.markRevoked("session");
    await replica.markRevoked("session");
    await replica.markDelegationEpoch("zone", 1);
    const second = new RedisRevocationReplica(options);
    await second.start().finally(() => second.stop());
    await server.command("SET", LOSS_KEY, "stream_trimmed of what was read");
    await eventually(
      async () =>
        replica.health().lastError !== undefined ||
        (await server.command("GET", LOSS_KEY)) === null,
      "an answer to the loss",
    );
    return replica.health().lastError ?? "fine";
  } catch (error) {
    return `${(error as Error).message} ${replica.health().lastError}`;
  } finally {
    await replica.stop();
    client.destroy();
  }
}

describe("the permissions that the README names", () => {
  test("are enough", async () => {
    expect(COMMANDS.length).toBeGreaterThan(10);
    expect(await run(COMMANDS)).toBe("fine");
  });

  test.each(COMMANDS.filter((name) => name !== "eval"))("without %s, it shows", async (missing) => {
    const outcome = await run(COMMANDS.filter((name) => name !== missing));
    expect(outcome).not.toBe("fine");
    expect(outcome).not.toMatch(/secret|session/);
  });
});
