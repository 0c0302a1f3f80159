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
  on(event: "connect", listener: () => void): unknown;
}

/**
 * Reaches Redis by a client of `redis` (node-redis) for one server. The client stays the caller's:
 * who created it connects it, listens to its errors and closes it.
 *
 * @throws ConfigurationError where the client is of another kind, reads from a replica, or would not come
 *   back from an outage.
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
  refuseToGiveUp(settingOf(client.options, "socket"));
  const command = commandOf(client);
  return {
    command,
    isCluster: false,
    connection: () => connectionOf(client),
    primaries: async () => [command],
  };
}

/** By its own strategy, a client closes for good when its socket was silent for too long. */
function refuseToGiveUp(socket: unknown): void {
  const strategy = settingOf(socket, "reconnectStrategy");
  const givesUpSilence = strategy === undefined && (settingOf(socket, "socketTimeout") ?? 0) !== 0;
  if (strategy !== false && !givesUpSilence) return;
  throw new ConfigurationError(
    "The client would not come back from an outage: set socket.reconnectStrategy, for instance to 500 (milliseconds); with a socketTimeout, the client's own strategy gives up.",
  );
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
  const connection = new OwnConnection({
    connect: () => own.connect(),
    command: commandOf(own),
    disconnect: () => own.destroy(),
    mayDisconnect: new Promise<void>((resolve) => {
      own.on("connect", () => resolve());
    }),
  });
  // Without a listener an error would end the process.
  own.on("error", (error) => connection.noteError(error));
  return connection;
}
