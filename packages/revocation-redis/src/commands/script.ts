import { createHash } from "node:crypto";
import type { RedisArgument } from "../redis-access.js";
import { RedisStoreError } from "../redis-store-error.js";
import type { TimedCommand } from "./timed-command.js";

/** A script that runs in Redis, where nothing comes between its steps. */
export interface Script {
  readonly source: string;
  readonly sha1: string;
}

/**
 * A script of Redis 7 or later. One that is not said to write nothing is refused by a server that is
 * not (any more) the primary, and by a primary that has lost the replicas it must have
 * (`min-replicas-to-write`): what such a server says may be out of date. So a script that only reads
 * is told apart by one flag alone: it also runs where memory is used up.
 */
export function script(source: string, { reads }: { readonly reads: boolean }): Script {
  const flagged = `#!lua${reads ? " flags=allow-oom" : ""}\n${source.trim()}\n`;
  return { source: flagged, sha1: createHash("sha1").update(flagged).digest("hex") };
}

/** What a script is called with. In a cluster, all keys have to be of one slot. */
export interface ScriptCall {
  readonly keys: readonly string[];
  readonly args?: readonly RedisArgument[] | undefined;
  readonly timeoutMs: number;
}

/**
 * Runs a script by its digest, and with its text where the server does not know it (yet, or since a
 * restart). One deadline for both.
 */
export async function runScript(
  command: TimedCommand,
  { source, sha1 }: Script,
  { keys, args = [], timeoutMs }: ScriptCall,
): Promise<unknown> {
  const rest = [`${keys.length}`, ...keys, ...args];
  const start = performance.now();
  try {
    return await command(["EVALSHA", sha1, ...rest], { key: keys[0], timeoutMs });
  } catch (error) {
    if (!(error instanceof RedisStoreError) || error.redisCode !== "NOSCRIPT") throw error;
  }
  const left = Math.max(1, timeoutMs - Math.floor(performance.now() - start));
  return command(["EVAL", source, ...rest], { key: keys[0], timeoutMs: left });
}
