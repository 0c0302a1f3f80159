import { once } from "node:events";
import { createServer } from "node:net";
import process from "node:process";
import { createClient } from "redis";
import { type Child, startChild } from "./child.js";
import { until } from "./until.js";

const CANDIDATES = [process.env.REDIS_SERVER, "redis-server", "valkey-server"];
const START_DEADLINE_MS = 10_000;

/** A Redis of one's own, on loopback, that keeps nothing. */
export interface Redis {
  readonly url: string;
  readonly server: Child;
  /** Adds an entry to a stream, as Caracal's producers do. */
  add(stream: string, fields: Readonly<Record<string, string>>): Promise<void>;
  end(): Promise<void>;
}

/** Starts a Redis, or a Valkey, on a free port. Rejects where neither is installed. */
export async function startRedis(): Promise<Redis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const address = ["--bind", "127.0.0.1", "--port", String(port)];
  const server = await startFirst([...address, "--save", "", "--appendonly", "no"]);
  const client = createClient({ url, socket: { reconnectStrategy: 50, connectTimeout: 1_000 } });
  // Until it listens, and when it ends.
  client.on("error", () => {});
  void client.connect().catch(() => {});
  await until("Redis", START_DEADLINE_MS, async () => {
    if (server.hasEnded) throw new Error(`Redis ended: ${server.output()}`);
    return client.isReady || undefined;
  });
  const TRIM = { strategy: "MAXLEN", strategyModifier: "~", threshold: 100_000 } as const;
  return {
    url,
    server,
    add: async (stream, fields) => {
      await client.xAdd(stream, "*", fields, { TRIM });
    },
    end: async () => {
      client.destroy();
      // One that is frozen hears of nothing else.
      await server.end("SIGKILL");
    },
  };
}

async function startFirst(args: readonly string[]): Promise<Child> {
  for (const program of CANDIDATES) {
    const server = program && (await startChild(program, args).catch(() => undefined));
    if (server) return server;
  }
  throw new Error("There is no redis-server and no valkey-server: run `make redis` first");
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
