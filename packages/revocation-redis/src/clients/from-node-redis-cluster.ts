import type { Buffer } from "node:buffer";
import type { RedisAccess, RedisCommand, RedisConnection } from "../redis-access.js";
import { toClientArgument, toClientArguments } from "./client-arguments.js";
import { type NodeRedisCommandOptions, nodeRedisOptions } from "./node-redis-command.js";
import { OwnConnection } from "./own-connection.js";
import { requireClient } from "./require-client.js";

/** A client of node-redis for a cluster (`createCluster`), by what is used of it. */
export interface NodeRedisCluster<Node = unknown> {
  readonly masters: readonly Node[];
  nodeClient(node: Node): Promise<{
    sendCommand(
      args: readonly (string | Buffer)[],
      options?: NodeRedisCommandOptions,
    ): Promise<unknown>;
  }>;
  sendCommand(
    firstKey: string | Buffer | undefined,
    isReadonly: boolean | undefined,
    args: (string | Buffer)[],
    options?: NodeRedisCommandOptions,
  ): Promise<unknown>;
  duplicate(overrides?: object): NodeRedisCluster<Node>;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * Reaches a Redis Cluster by a client of `redis` (node-redis). Each command goes to the primary of its
 * key, whatever the client's `useReplicas` says. The client stays the caller's.
 *
 * @throws ConfigurationError where the client is of another kind.
 */
export function fromNodeRedisCluster<Node>(client: NodeRedisCluster<Node>): RedisAccess {
  requireClient(
    client,
    ["nodeClient", "sendCommand", "duplicate", "connect", "destroy", "on"],
    "fromNodeRedisCluster needs a client made by createCluster of the package redis.",
  );
  return {
    command: commandOf(client),
    isCluster: true,
    connection: () => connectionOf(client),
    primaries: () => Promise.all(client.masters.map((node) => commandOfNode(client, node))),
  };
}

function commandOf<Node>(client: NodeRedisCluster<Node>): RedisCommand {
  return async (args, options) => {
    const key = options?.key === undefined ? undefined : toClientArgument(options.key);
    return client.sendCommand(key, false, toClientArguments(args), nodeRedisOptions(options));
  };
}

async function commandOfNode<Node>(
  client: NodeRedisCluster<Node>,
  node: Node,
): Promise<RedisCommand> {
  const nodeClient = await client.nodeClient(node);
  return async (args, options) =>
    nodeClient.sendCommand(toClientArguments(args), nodeRedisOptions(options));
}

function connectionOf<Node>(client: NodeRedisCluster<Node>): RedisConnection {
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
