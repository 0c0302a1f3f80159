import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../../tools/test-support/free-port.js";
import { redisClient } from "./redis-client.js";
import { RedisProcess } from "./redis-process.js";
import type { RedisServer } from "./redis-server.js";

/** One Sentinel, which alone decides about a failover. */
export interface RedisSentinel {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a Sentinel that watches a primary and notices its end within `downAfterMs`. */
export async function startSentinel(
  primary: RedisServer,
  downAfterMs = 1_000,
): Promise<RedisSentinel> {
  const folder = await mkdtemp(join(tmpdir(), "sentinel-"));
  const [name, host, port] = ["primary", "127.0.0.1", await freePort()];
  const lines = [
    `bind ${host}`,
    `port ${port}`,
    `sentinel monitor ${name} ${primary.host} ${primary.port} 1`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} 5000`,
  ];
  const file = join(folder, "sentinel.conf");
  await writeFile(file, `${lines.join("\n")}\n`);
  const sentinel = new RedisProcess([file, "--sentinel"], folder);
  const stop = async (): Promise<void> => {
    await sentinel.kill();
    await rm(folder, { recursive: true, force: true });
  };
  for (const deadline = performance.now() + 15_000; performance.now() < deadline; await sleep(50)) {
    if (await answers(host, port)) return { name, host, port, stop };
  }
  await stop();
  throw new Error(`The Sentinel did not start: ${sentinel.output}`);
}

async function answers(host: string, port: number): Promise<boolean> {
  const client = redisClient({ socket: { host, port, reconnectStrategy: false } });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    if (client.isOpen) client.destroy();
  }
}
