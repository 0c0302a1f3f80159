import { Buffer } from "node:buffer";
import type { RedisCommandOptions } from "../redis-access.js";

/** Options of a raw command of node-redis. */
export interface NodeRedisCommandOptions {
  readonly typeMapping?: object;
  readonly abortSignal?: AbortSignal;
}

// The numbers are the type bytes of RESP, "$" and "%": bulk strings come as bytes, maps as flat arrays.
const TYPE_MAPPING = { 36: Buffer, 37: Array };

/** Overrides what the client may have set for all its commands. */
export function nodeRedisOptions(
  options: RedisCommandOptions | undefined,
): NodeRedisCommandOptions {
  return {
    typeMapping: TYPE_MAPPING,
    ...(options?.signal === undefined ? {} : { abortSignal: options.signal }),
  };
}
