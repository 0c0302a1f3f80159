import { fromNodeRedis, type RedisAccess } from "@caracalai/revocation-redis";
import { createClient } from "redis";

/** A client as the package's README advises. */
export async function connect(url: string): Promise<{ redis: RedisAccess; end(): void }> {
  const socket = { socketTimeout: 5_000, reconnectStrategy: 500 };
  const client = createClient({ url, pingInterval: 1_000, socket });
  client.on("error", (error) => console.error("Redis:", error.name));
  await client.connect();
  return { redis: fromNodeRedis(client), end: () => client.destroy() };
}
