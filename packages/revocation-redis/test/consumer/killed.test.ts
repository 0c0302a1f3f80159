import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RedisRevocationConsumer, RedisRevocationStore } from "@caracalai/revocation-redis";
import { expect, test } from "vitest";
import { connectNodeRedis } from "../support/clients.js";
import { KEY, REVOCATIONS, revoke } from "../support/events.js";
import { eventually } from "../support/eventually.js";
import { startRedis } from "../support/redis-server.js";

const program = fileURLToPath(new URL("../children/consumer.mjs", import.meta.url));

test("processes that are killed at any moment leave no event undone", async () => {
  const server = await startRedis();
  const sessions: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    const env = { ...process.env, REDIS_URL: server.url, KEY };
    const child = spawn(process.execPath, [program], { env, stdio: ["ignore", "pipe", "inherit"] });
    const exit = once(child, "exit");
    await once(child.stdout, "data");
    // Each round, the kill falls at another place of what the process is doing.
    const killed = sleep(10 + 7 * round).then(() => child.kill("SIGKILL"));
    for (let i = 0; i < 40; i += 1) {
      sessions.push(`session-${round}-${i}`);
      await revoke(server, `session-${round}-${i}`);
    }
    await Promise.all([killed, exit]);
  }

  const { redis, end } = await connectNodeRedis(server);
  const store = new RedisRevocationStore({ redis, readTimeoutMs: 2_000 });
  const consumer = new RedisRevocationConsumer({ redis, store, signatureKeys: [KEY] });
  await consumer.start();
  await eventually(() => consumer.health().ready && consumer.health().pending === 0, "readiness");
  const answers = await Promise.all(sessions.map((session) => store.isRevoked(session)));
  expect(answers.filter((isRevoked) => !isRevoked)).toEqual([]);
  expect(consumer.health()).toMatchObject({ deadLetters: 0, trimmed: 0, loss: undefined });
  expect(await server.command("EXISTS", `${REVOCATIONS}.dead-letter`)).toBe(0);

  await consumer.stop();
  end();
  await server.stop();
});
