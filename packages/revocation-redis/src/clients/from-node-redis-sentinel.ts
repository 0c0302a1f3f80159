import type { Buffer } from "node:buffer";
import type { RedisAccess, RedisCommand, RedisConnection } from "../redis-access.js";
import { toClientArguments } from "./client-arguments.js";
import { type NodeRedisCommandOptions, nodeRedisOptions } from "./node-redis-command.js";
import { OwnConnection } from "./own-connection.js";
import { requireClient } from "./require-client.js";

/** A client of node-redis behind Sentinel (`createSentinel`), by what is used of it. */
export interface NodeRedisSentinel {
  getMasterNode(): unknown;
  sendCommand(
    isReadonly: boolean | undefined,
    args: (string | Buffer)[],
    options?: NodeRedisCommandOptions,
  ): Promise<unknown>;
  duplicate(overrides?: object): NodeRedisSentinel;
  connect(): Promise<unknown>;
  destroy(): Promise<void>;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * Reaches the primary that Sentinel names by a client of `redis` (node-redis), whatever the client's
 * `replicaPoolSize` says. The client stays the caller's.
 *
 * @throws ConfigurationError where the client is of another kind.
 */
export function fromNodeRedisSentinel(client: NodeRedisSentinel): RedisAccess {
  requireClient(
    client,
    ["getMasterNode", "sendCommand", "duplicate", "connect", "destroy", "on"],
    "fromNodeRedisSentinel needs a client made by createSentinel of the package redis.",
  );
  const command = commandOf(client);
  return {
    command,
    isCluster: false,
    connection: () => connectionOf(client),
    primaries: async () => [command],
  };
}

function commandOf(client: NodeRedisSentinel): RedisCommand {
  return async (args, options) =>
    client.sendCommand(false, toClientArguments(args), nodeRedisOptions(options));
}

function connectionOf(client: NodeRedisSentinel): RedisConnection {
  const own = client.duplicate();
  const connection = new OwnConnection({
    connect: () => own.connect(),
    command: commandOf(own),
    disconnect: () => own.destroy(),
  });
  // Without a listener an error would end the process.
  own.on("error", (error) => connection.noteError(error));
  return connection;
}
