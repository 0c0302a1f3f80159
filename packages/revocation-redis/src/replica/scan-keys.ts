import { createHash } from "node:crypto";
import { readInteger, readList, readText } from "../commands/replies.js";
import { runScript, type Script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { RedisStoreError } from "../redis-store-error.js";

/** How many keys a server looks at in one go: it does nothing else meanwhile. */
const SCAN_COUNT = 500;

/**
 * Goes on with a scan, and gives with each key how long it lives and, where it begins with ARGV[4],
 * what it holds. In a cluster, the keys of one node are of many slots.
 */
const SCAN_SOURCE = `#!lua flags=allow-oom,allow-cross-slot-keys
local info = redis.call('INFO', 'server')
local scan = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[3])
local found = {}
for _, key in ipairs(scan[2]) do
  found[#found + 1] = key
  found[#found + 1] = redis.call('PTTL', key)
  local value = ''
  if string.sub(key, 1, #ARGV[4]) == ARGV[4] then value = redis.pcall('GET', key) end
  if type(value) ~= 'string' then value = '' end
  found[#found + 1] = value
end
return { string.match(info, 'run_id:(%x+)'), scan[1], found }
`;

const SCAN_KEYS: Script = {
  source: SCAN_SOURCE,
  sha1: createHash("sha1").update(SCAN_SOURCE).digest("hex"),
};

/** A key of the server; `ttlMs` is infinite where it does not end. */
export interface ScannedKey {
  readonly key: string;
  readonly ttlMs: number;
  /** What the key of an epoch holds; empty for other keys, and where it holds no text. */
  readonly value: string;
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
): AsyncGenerator<readonly ScannedKey[]> {
  let server: string | undefined;
  let cursor = "0";
  do {
    const args = [cursor, pattern, `${SCAN_COUNT}`, valuesOf];
    const reply = await runScript(command, SCAN_KEYS, { keys: [], args, timeoutMs });
    const [runId, next, found] = readList(reply, "a part of a scan");
    const id = readText(runId, "the id of a server");
    server ??= id;
    if (id !== server) throw new RedisStoreError("reply", "The server changed during a scan.");
    cursor = readText(next, "the cursor of a scan");
    yield readKeys(found);
  } while (cursor !== "0");
}

function readKeys(reply: unknown): ScannedKey[] {
  const flat = readList(reply, "keys");
  const keys: ScannedKey[] = [];
  for (let index = 0; index < flat.length; index += 3) {
    const ttl = readInteger(flat[index + 1], "the lifetime of a key");
    // -1: it does not end. -2: it has ended.
    if (ttl === -2) continue;
    keys.push({
      key: readText(flat[index], "a key"),
      ttlMs: ttl === -1 ? Number.POSITIVE_INFINITY : ttl,
      value: readText(flat[index + 2], "the value of a key"),
    });
  }
  return keys;
}

/** A pattern that every text matches which begins with `prefix`. */
export function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\*?[\]]/g, "\\$&")}*`;
}
