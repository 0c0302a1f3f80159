import { Buffer } from "node:buffer";
import type { RedisArgument } from "../redis-access.js";

/** Both libraries take Node's own bytes only: other bytes would be sent as their text "1,2,3". */
export function toClientArguments(args: readonly RedisArgument[]): (string | Buffer)[] {
  return args.map(toClientArgument);
}

export function toClientArgument(argument: RedisArgument): string | Buffer {
  if (typeof argument === "string" || Buffer.isBuffer(argument)) return argument;
  return Buffer.from(argument.buffer, argument.byteOffset, argument.byteLength);
}
