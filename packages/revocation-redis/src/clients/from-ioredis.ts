import type { Buffer } from "node:buffer";
import { ConfigurationError } from "../configuration-error.js";
import type { RedisAccess, RedisCommand, RedisConnection } from "../redis-access.js";
import { toClientArguments } from "./client-arguments.js";
import { OwnConnection } from "./own-connection.js";
import { requireClient, settingOf } from "./require-client.js";

/** A client of ioredis, by what is used of it: `Redis` (also behind Sentinel) or `Cluster`. */
export interface IoredisClient {
  readonly isCluster: boolean;
  readonly options: object;
  callBuffer(command: string, args: (string | Buffer)[]): Promise<unknown>;
  duplicate(first?: unknown, second?: unknown): IoredisClient;
  nodes?(role: "master"): IoredisClient[];
  connect(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  on(event: "error", listener: (error: Error) => void): unknown;
}

/**
 * Reaches Redis by a client of `ioredis`: a single server, Sentinel, or a cluster. The client stays
 * the caller's: who created it listens to its errors and disconnects it.
 *
 * @throws ConfigurationError where the client is of another kind, reads from replicas, would not come
 *   back from an outage, pipelines by itself, or prefixes keys: under other keys than those that revocations are written to,
 *   nothing is ever revoked.
 */
export function fromIoredis(client: IoredisClient): RedisAccess {
  requireClient(
    client,
    ["callBuffer", "duplicate", "connect", "disconnect", "on"],
    "fromIoredis needs a client of the package ioredis.",
  );
  refuseUnsafeOptions(client);
  const command = commandOf(client);
  return {
    command,
    isCluster: client.isCluster,
    connection: () => connectionOf(client),
    primaries: async () => client.nodes?.("master").map(commandOf) ?? [command],
  };
}

function refuseUnsafeOptions({ options, isCluster }: IoredisClient): void {
  const prefix = settingOf(options, "keyPrefix") ?? "";
  const prefixOfNodes = settingOf(settingOf(options, "redisOptions"), "keyPrefix") ?? "";
  if (prefix !== "" || prefixOfNodes !== "") {
    throw new ConfigurationError("The client prefixes keys: leave out its option keyPrefix.");
  }
  const strategy = isCluster ? "clusterRetryStrategy" : "retryStrategy";
  if (typeof settingOf(options, strategy) !== "function") {
    throw new ConfigurationError(
      `The client would not come back from an outage: leave out its option ${strategy}, or give a function.`,
    );
  }
  // Its pipelines take commands by their methods only, and throw where nobody can catch it.
  const isPipelining = [options, settingOf(options, "redisOptions")].some(
    (it) => settingOf(it, "enableAutoPipelining") === true,
  );
  if (isPipelining) {
    throw new ConfigurationError(
      "The client pipelines by itself: leave out its option enableAutoPipelining.",
    );
  }
  const scaleReads = settingOf(options, "scaleReads") ?? "master";
  const readsFromReplica =
    settingOf(options, "readOnly") === true || settingOf(options, "role") === "slave";
  if (readsFromReplica || (isCluster && scaleReads !== "master")) {
    throw new ConfigurationError(
      "The client reads from replicas: leave out its options readOnly, role and scaleReads.",
    );
  }
}

function commandOf(client: IoredisClient): RedisCommand {
  return async (args) => {
    const [name = "", ...rest] = toClientArguments(args);
    return client.callBuffer(name.toString(), rest);
  };
}

/** What the library does by itself on a shared connection, and must not do on one that blocks. */
const OWN_OPTIONS = {
  // A timeout here answers with null, as if there were nothing to read.
  blockingTimeout: 0,
  commandTimeout: undefined,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  replyMapping: "legacy",
};

function connectionOf(client: IoredisClient): RedisConnection {
  const own = client.isCluster
    ? client.duplicate([], {
        lazyConnect: true,
        clusterRetryStrategy: () => null,
        redisOptions: { ...(settingOf(client.options, "redisOptions") ?? {}), ...OWN_OPTIONS },
      })
    : client.duplicate({
        ...OWN_OPTIONS,
        lazyConnect: true,
        enableOfflineQueue: false,
        retryStrategy: () => null,
      });
  const connection = new OwnConnection({
    connect: () => own.connect(),
    command: commandOf(own),
    disconnect: () => own.disconnect(),
    mayDisconnect: Promise.resolve(),
  });
  // Without a listener an error would be printed.
  // A cluster's error holds that of the node which was asked last.
  own.on("error", (error) => connection.noteError(settingOf(error, "lastNodeError") ?? error));
  return connection;
}
