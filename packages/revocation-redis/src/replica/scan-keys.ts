import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readInteger, readList, readText, unexpected } from "../commands/replies.js";
import { runScript, type Script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { RedisStoreError } from "../redis-store-error.js";

/** About how many keys a server looks at in one go: it does nothing else meanwhile. */
const SCAN_COUNT = 1_000;

/**
 * Goes on with a scan, and gives with the keys how long they live and, for those that begin with
 * ARGV[4], what they hold. In a cluster, the keys of one node are of many slots. A lifetime is written
 * out, which Lua would not do from 1e14 on, and is at the most the largest integer that all can read.
 */
const SCAN_SOURCE = `#!lua flags=allow-oom,allow-cross-slot-keys
local info = redis.call('INFO', 'server')
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local lifetimes, values = {}, {}
for index, key in ipairs(scan[2]) do
  lifetimes[index] = string.format('%.0f', math.min(redis.call('PTTL', key), 9007199254740991))
  if string.sub(key, 1, #ARGV[4]) == ARGV[4] then
    local value = redis.pcall('GET', key)
    values[#values + 1] = index
    values[#values + 1] = type(value) == 'string' and value or ''
  end
end
return {
  string.match(info, 'run_id:(%x+)'), scan[1], scan[2], table.concat(lifetimes, ' '), values
}
`;

const SCAN_KEYS: Script = {
  source: SCAN_SOURCE,
  sha1: createHash("sha1").update(SCAN_SOURCE).digest("hex"),
};

/** A key of the server; `ttlMs` is infinite where it does not end, and 0 where it has ended. */
export interface ScannedKey {
  readonly key: string;
  readonly ttlMs: number;
  /** What the key holds, where that was asked for; empty where it holds no text. */
  readonly value: string;
}

/** Some of the keys of one server. */
export interface ScannedPart {
  /** The run id of the server, the same in all parts. */
  readonly runId: string;
  readonly keys: readonly ScannedKey[];
}

/** What is looked for. */
export interface ScanQuestion {
  readonly pattern: string;
  /** What those keys begin with whose values are wanted. */
  readonly valuesOf: string;
  readonly timeoutMs: number;
}

/**
 * Reads the keys of one server, some at a time. A key that is there all the while comes once or more
 * often; one that comes or goes meanwhile may be missed.
 *
 * @throws RedisStoreError where the server gives no answer, or is not the same one all the while.
 */
export async function* scanKeys(
  command: TimedCommand,
  { pattern, valuesOf, timeoutMs }: ScanQuestion,
): AsyncGenerator<ScannedPart> {
  let server: string | undefined;
  let cursor = "0";
  do {
    const args = [cursor, pattern, `${SCAN_COUNT}`, valuesOf];
    const reply = await runScript(command, SCAN_KEYS, { keys: [], args, timeoutMs });
    const part = readList(reply, "a part of a scan");
    const id = readText(part[0], "the id of a server");
    server ??= id;
    if (id !== server) throw new RedisStoreError("reply", "The server changed during a scan.");
    cursor = readText(part[1], "the cursor of a scan");
    yield { runId: id, keys: readKeys(part) };
  } while (cursor !== "0");
}

function readKeys([, , keys, lifetimes, values]: readonly unknown[]): ScannedKey[] {
  const ttls = readText(lifetimes, "the lifetimes of keys").split(" ");
  const found = readList(keys, "keys").map((key, index) => ({
    key: readKey(key),
    ttlMs: readTtl(ttls[index]),
    value: "",
  }));
  const flat = readList(values, "the values of keys");
  for (let at = 0; at < flat.length; at += 2) {
    // Lua counts from 1.
    const key = found[readInteger(flat[at], "the number of a key") - 1];
    if (key === undefined) throw unexpected("the number of a key");
    key.value = readText(flat[at + 1], "the value of a key");
  }
  return found;
}

/** A key that is not UTF-8 is none that this package, or another one, has written. */
function readKey(reply: unknown): string {
  if (!(reply instanceof Uint8Array)) return readText(reply, "a key");
  return Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength).toString();
}

/** -1: the key does not end. -2: it has ended. */
function readTtl(text: string | undefined): number {
  const ttl = readInteger(text, "the lifetime of a key");
  return ttl === -1 ? Number.POSITIVE_INFINITY : Math.max(0, ttl);
}

/** A pattern that every text matches which begins with `prefix`. */
export function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, "\\$&")}*`;
}
