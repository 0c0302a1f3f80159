import type { Buffer } from "node:buffer";
import { ConfigurationError } from "../configuration-error.js";
import type { RedisAccess, RedisCommand, RedisConnection } from "../redis-access.js";
import { toClientArguments } from "./client-arguments.js";
import { type NodeRedisCommandOptions, nodeRedisOptions } from "./node-redis-command.js";
import { OwnConnection } from "./own-connection.js";
import { requireClient, settingOf } from "./require-client.js";

/** A client of node-redis for one server (`createClient`), by what is used of it. */
export interface NodeRedisClient {
  readonly options?: object | undefined;
  sendCommand(
    args: readonly (string | Buffer)[],
    options?: NodeRedisCommandOptions,
  ): Promise<unknown>;
  duplicate(overrides?: object): NodeRedisClient;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * Reaches Redis by a client of `redis` (node-redis) for one server. The client stays the caller's:
 * who created it connects it, listens to its errors and closes it.
 *
 * @throws ConfigurationError where the client is of another kind, or reads from a replica.
 */
export function fromNodeRedis(client: NodeRedisClient): RedisAccess {
  requireClient(
    client,
    ["sendCommand", "duplicate", "connect", "destroy", "on"],
    "fromNodeRedis needs a client made by createClient of the package redis.",
  );
  if ("masters" in client) {
    throw new ConfigurationError("The client is one of a cluster: use fromNodeRedisCluster.");
  }
  if ("getMasterNode" in client) {
    throw new ConfigurationError("The client is one of Sentinel: use fromNodeRedisSentinel.");
  }
  if (settingOf(client.options, "readonly") === true) {
    throw new ConfigurationError("The client reads from a replica: leave out its option readonly.");
  }
  const command = commandOf(client);
  return {
    command,
    isCluster: false,
    connection: () => connectionOf(client),
    primaries: async () => [command],
  };
}

function commandOf(client: NodeRedisClient): RedisCommand {
  return async (args, options) =>
    client.sendCommand(toClientArguments(args), nodeRedisOptions(options));
}

function connectionOf(client: NodeRedisClient): RedisConnection {
  const own = client.duplicate({
    // Whoever waits for a reply decides when to try again.
    disableOfflineQueue: true,
    socket: { ...(settingOf(client.options, "socket") ?? {}), reconnectStrategy: false },
    clientSideCache: undefined,
  });
  // Each error is that of a command as well; without a listener it would end the process.
  own.on("error", () => {});
  return new OwnConnection({
    connect: () => own.connect(),
    command: commandOf(own),
    disconnect: () => own.destroy(),
  });
}
