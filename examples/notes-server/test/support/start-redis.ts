import {
  type RedisServer,
  type RedisServerOptions,
  startRedis as start,
} from "../../../../packages/revocation-redis/test/support/redis-server.js";
import { cleanUp } from "./clean-up.js";
import type { Environment } from "./start-server.js";

export type { RedisServer };

/** What events are signed with. */
export const STREAM_KEY: string = "0123456789abcdef".repeat(4);

/** A Redis of its own that ends with the file. */
export async function startRedis(
  options: RedisServerOptions = {},
  port?: number,
): Promise<RedisServer> {
  const server = await start(options, port);
  cleanUp(() => server.stop());
  return server;
}

/** Variables for a server that is the first on a Redis. */
export function sharing({ url }: { readonly url: string }): Environment {
  return {
    CARACAL_REDIS_URL: url,
    CARACAL_REVOCATION_KEYS: STREAM_KEY,
    CARACAL_REDIS_NEW: "1",
  };
}

/** Adds an event to a stream, whatever its fields are. */
export async function addEvent(
  server: RedisServer,
  stream: string,
  fields: Readonly<Record<string, string>>,
): Promise<void> {
  const list = Object.entries(fields).flat();
  await server.command("XADD", stream, "MAXLEN", "~", "100000", "*", ...list);
}
