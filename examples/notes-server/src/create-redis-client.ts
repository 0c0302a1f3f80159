import { createClient, type RedisClientType } from "redis";

const LONGEST_RECONNECT_MS = 1_000;

/** A client that is connected by who needs it, and comes back whatever happens to Redis. */
export function createRedisClient(url: string): RedisClientType {
  const client: RedisClientType = createClient({
    url,
    // What can't be sent now fails now, and whoever sent it decides when to try again.
    disableOfflineQueue: true,
    // A host that has vanished closes no connection: one that is silent for long is given up.
    pingInterval: 1_000,
    socket: {
      connectTimeout: 1_000,
      socketTimeout: 5_000,
      // By its own strategy, the client would never come back from such a silence.
      reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, LONGEST_RECONNECT_MS),
    },
  });
  // Each error is that of a command as well. It may quote what is secret.
  client.on("error", () => {});
  return client;
}
