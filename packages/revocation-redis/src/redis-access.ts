/** One part of a command: text goes out as UTF-8, bytes as they are. */
export type RedisArgument = string | Uint8Array;

/** What a client may need to know beside the command itself. */
export interface RedisCommandOptions {
  /** The key that the command is about; says which node of a cluster it goes to. */
  readonly key?: RedisArgument | undefined;
  /** Aborted when nobody waits for the reply any more: a command not yet sent need not be sent. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one command, the name first, and gives its reply. Rejects where Redis answers with an error
 * and where the connection fails. Replies may have the shape of RESP2 or RESP3: a map may come as a
 * flat array, an object or a `Map`. Bulk strings of a stream's entries have to be bytes
 * (`Uint8Array`), since text that was decoded already does not show whether it was UTF-8.
 *
 * It always asks the primary: a replica may not know of the newest revocations.
 */
export type RedisCommand = (
  args: readonly RedisArgument[],
  options?: RedisCommandOptions,
) => Promise<unknown>;

/**
 * A connection of one's own, for reads that block. It does not reconnect: when it fails, it is closed
 * and another one is opened. A connection that was closed is not opened again.
 */
export interface RedisConnection {
  /** Resolves when commands can be sent. May wait for long: the caller has a deadline and closes. */
  open(): Promise<void>;
  readonly command: RedisCommand;
  /**
   * Ends the connection: at once, or as soon as it is connected. Commands under way reject at once. May be
   * repeated, and never throws.
   */
  close(): void;
}

/**
 * How this package reaches Redis. `fromNodeRedis`, `fromNodeRedisCluster`, `fromNodeRedisSentinel`
 * and `fromIoredis` make one of a client; another library needs these four members.
 */
export interface RedisAccess {
  /** Sends a command on the connection that the client shares between its users. */
  readonly command: RedisCommand;
  /** Whether keys are spread over nodes, so that a command may name one key only. */
  readonly isCluster: boolean;
  /** A connection of its own, with the client's settings, not yet open. */
  connection(): RedisConnection;
  /** A command function for each primary: one, or as many as a cluster has. */
  primaries(): Promise<readonly RedisCommand[]>;
}
