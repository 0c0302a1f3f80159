import { fromNodeRedis, startSharedRevocations } from "@caracalai/revocation-redis";
import { createClient } from "redis";

const client = createClient({
  url: process.env.REDIS_URL ?? "",
  disableOfflineQueue: true,
  // A silent connection is given up, and another one opened: by default neither is so.
  pingInterval: 1_000,
  socket: { socketTimeout: 5_000, reconnectStrategy: 500 },
});
client.on("error", (error) => console.error("Redis:", error.name));

const shared = await startSharedRevocations({
  redis: fromNodeRedis(client),
  signatureKeys: [process.env.STREAM_KEY ?? ""],
  report: console.error,
});
// Not awaited: where Redis is away, the server starts all the same, and answers 503 until it is there.
client.connect().catch(() => {});
export const { revocations } = shared;

/** When the server ends. */
export async function stop(): Promise<void> {
  await shared.stop();
  client.destroy();
}
