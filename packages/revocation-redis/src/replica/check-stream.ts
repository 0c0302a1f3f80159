import { readInteger, readList, readText } from "../commands/replies.js";
import { runScript, type Script, script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { HIGHEST_ID, MAX_ENTRY_BYTES, STREAM_FUNCTIONS } from "../streams/stream-functions.js";
import { BEGINNING } from "../streams/stream-id.js";
import { readEntries, readStreamId, type StreamEntry } from "../streams/stream-reply.js";
import { MARKER_FUNCTIONS } from "./history-marker.js";
import type { StreamFacts } from "./judge-history.js";
import { madeGoodKey } from "./made-good.js";

/** How many entries are read at a time: each may be large. */
export const READ_COUNT = 100;

/**
 * Everything about a stream in one moment, and how it goes on behind ARGV[1]; ARGV[2] is how many
 * entries had been added by then, ARGV[3] how many of them removed, ARGV[4] the server's run id. Asked
 * of the primary only, as all scripts of this package.
 *
 * Where the group ARGV[5] was given exactly what this replica has read, and the same number of entries
 * is there, nothing has happened since. Else it tells what is in no key: KEYS[3] is the consumers' note
 * about events that they have lost, KEYS[4] the note that a replica has made good for; and there may be
 * entries that were removed before the group was given them, or before what it was given was
 * acknowledged.
 */
const CHECK_STREAM: Script = script(
  `
${STREAM_FUNCTIONS}
${MARKER_FUNCTIONS}
local info = redis.call('INFO', 'server', 'memory', 'stats')
local runId = string.match(info, 'run_id:(%x+)')
local group = findGroup(KEYS[1], ARGV[5])
local length = redis.call('XLEN', KEYS[1])
local about = { ['last-generated-id'] = '0-0', ['entries-added'] = 0, ['length'] = 0 }
local isSame = group and isAtEnd(group) and group['pending'] == 0 and runId == ARGV[4]
  and group['last-delivered-id'] == ARGV[1] and group['entries-read'] == tonumber(ARGV[2])
  and group['entries-read'] - length == tonumber(ARGV[3])
if isSame then
  about = { ['last-generated-id'] = ARGV[1], ['entries-added'] = group['entries-read'], ['length'] = length }
elseif redis.call('EXISTS', KEYS[1]) == 1 then
  about = aboutStream(KEYS[1])
end

local first = about['first-id']
local firstAge = first
  and math.max(0, redis.call('TIME')[1] * 1000 - tonumber((string.match(first, '^%d+'))))
local gap = false
if not isSame then
  local missed = countMissed(about, group)
  local oldest = group and group['pending'] > 0 and redis.call('XPENDING', KEYS[1], ARGV[5])[2]
  if missed > 0 then
    gap = 'unread ' .. (about['entries-added'] - about['length'])
  elseif oldest and (not first or compare(oldest, first) < 0) then
    gap = 'held ' .. oldest
  end
end

local found = {}
if not isSame then
  if ARGV[1] ~= '${HIGHEST_ID}' then
    found = redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ${READ_COUNT})
  end
  for _, entry in ipairs(found) do
    local size = 0
    for _, part in ipairs(entry[2]) do size = size + #part end
    if size > ${MAX_ENTRY_BYTES} then entry[2] = {} end
  end
end
local marker = redis.call('GET', KEYS[2])
return {
  runId,
  string.match(info, 'maxmemory:(%d+)'),
  string.match(info, 'maxmemory_policy:([%w-]+)'),
  string.match(info, 'evicted_keys:(%d+)'),
  marker and nameOf(marker),
  redis.call('GET', KEYS[3]),
  redis.call('GET', KEYS[4]),
  gap,
  about['last-generated-id'],
  about['entries-added'],
  about['length'],
  firstAge or false,
  found
}
`,
  { reads: true },
);

/** What a server said about a stream. */
export interface CheckedStream {
  readonly facts: StreamFacts;
  readonly entries: readonly StreamEntry[];
}

/** Which stream is asked about, by its keys. */
export interface CheckedKeys {
  readonly stream: string;
  readonly group: string;
  readonly markerKey: string;
  readonly lossKey: string;
}

/** What is known of the stream already; nothing where it is to be read from its beginning. */
export interface CheckedPlace {
  /** The last entry that was read. */
  readonly lastId?: string | undefined;
  readonly added?: number | undefined;
  readonly removed?: number | undefined;
  readonly runId?: string | undefined;
}

/** @throws RedisStoreError (rejects) where the server gives no answer, or one that is none. */
export async function checkStream(
  command: TimedCommand,
  { stream, group, markerKey, lossKey }: CheckedKeys,
  { lastId = BEGINNING, added = -1, removed = -1, runId = "" }: CheckedPlace,
  timeoutMs: number,
): Promise<CheckedStream> {
  const keys = [stream, markerKey, lossKey, madeGoodKey(lossKey)];
  const args = [lastId, `${added}`, `${removed}`, runId, group];
  return readCheckedStream(await runScript(command, CHECK_STREAM, { keys, args, timeoutMs }));
}

function readCheckedStream(reply: unknown): CheckedStream {
  const [runId, maxMemory, policy, evictedKeys, ...others] = readList(
    reply,
    "what is known of a stream",
  );
  const [marker, note, madeGood, gap, ...stream] = others;
  const [lastGeneratedId, added, length, firstAge, found] = stream;
  const entries = readEntries(found);
  const textOf = (value: unknown, what: string): string | undefined =>
    value === null ? undefined : readText(value, what);
  return {
    facts: {
      runId: readText(runId, "the id of a server"),
      evicts:
        readInteger(maxMemory, "a size of memory") > 0 &&
        readText(policy, "a policy") !== "noeviction",
      evictedKeys: readInteger(evictedKeys, "a number of keys"),
      marker: textOf(marker, "a marker"),
      note: textOf(note, "a loss"),
      isMadeGood: note !== null && textOf(note, "a loss") === textOf(madeGood, "a loss"),
      gap: textOf(gap, "a gap"),
      lastGeneratedId: readStreamId(lastGeneratedId),
      entriesAdded: readInteger(added, "a number of entries"),
      length: readInteger(length, "the length of a stream"),
      firstAgeMs: firstAge === null ? undefined : readInteger(firstAge, "the age of an entry"),
      unread: entries.length,
      drained: entries.length < READ_COUNT,
    },
    entries,
  };
}
