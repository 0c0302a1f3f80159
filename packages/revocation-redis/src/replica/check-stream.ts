import { readInteger, readList, readText, unexpected } from "../commands/replies.js";
import { runScript, type Script, script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { BEGINNING, isStreamId } from "../streams/stream-id.js";
import { readEntries, type StreamEntry } from "../streams/stream-reply.js";
import type { StreamFacts } from "./judge-history.js";

/** How many entries are read at a time: each may be large. */
export const READ_COUNT = 100;

/**
 * Everything about a stream in one moment, and how it goes on behind ARGV[1]. Asked of the primary
 * only, as all scripts of this package.
 */
const CHECK_STREAM: Script = script(
  `
local info = redis.call('INFO', 'server', 'memory')
local about = {}
if redis.call('EXISTS', KEYS[1]) == 1 then
  local flat = redis.call('XINFO', 'STREAM', KEYS[1])
  for index = 1, #flat, 2 do about[flat[index]] = flat[index + 1] end
end
local first = about['first-entry']
local firstAge = first and redis.call('TIME')[1] * 1000 - string.match(first[1], '^%d+')
return {
  string.match(info, 'run_id:(%x+)'),
  string.match(info, 'maxmemory:(%d+)'),
  string.match(info, 'maxmemory_policy:([%w-]+)'),
  redis.call('GET', KEYS[2]),
  about['last-generated-id'] or '0-0',
  about['entries-added'] or 0,
  about['length'] or 0,
  firstAge or false,
  #redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1]),
  redis.call('XRANGE', KEYS[1], '(' .. ARGV[1], '+', 'COUNT', ARGV[2])
}
`,
  { reads: true },
);

/** What a server said about a stream. */
export interface CheckedStream {
  readonly facts: StreamFacts;
  readonly entries: readonly StreamEntry[];
  /** Whether the server drops keys, live revocations among them, when its memory is used up. */
  readonly evicts: boolean;
}

/** Which stream is asked about. */
export interface CheckQuestion {
  readonly stream: string;
  readonly markerKey: string;
  /** The last entry that was read; the beginning where it is left out. */
  readonly lastId?: string | undefined;
}

/** @throws RedisStoreError (rejects) where the server gives no answer, or one that is none. */
export async function checkStream(
  command: TimedCommand,
  { stream, markerKey, lastId = BEGINNING }: CheckQuestion,
  timeoutMs: number,
): Promise<CheckedStream> {
  const call = { keys: [stream, markerKey], args: [lastId, `${READ_COUNT}`], timeoutMs };
  return readCheckedStream(await runScript(command, CHECK_STREAM, call));
}

function readCheckedStream(reply: unknown): CheckedStream {
  const [runId, maxMemory, policy, ...stream] = readList(reply, "what is known of a stream");
  const [marker, lastGeneratedId, added, length, firstAge, held, found] = stream;
  const entries = readEntries(found);
  return {
    facts: {
      runId: readText(runId, "the id of a server"),
      marker: marker === null ? undefined : readText(marker, "a marker"),
      lastGeneratedId: readStreamId(lastGeneratedId),
      entriesAdded: readInteger(added, "a number of entries"),
      length: readInteger(length, "the length of a stream"),
      firstAgeMs: firstAge === null ? undefined : readInteger(firstAge, "the age of an entry"),
      holdsPosition: readInteger(held, "a number of entries") === 1,
      unread: entries.length,
      drained: entries.length < READ_COUNT,
    },
    entries,
    evicts:
      readInteger(maxMemory, "a size of memory") > 0 &&
      readText(policy, "a policy") !== "noeviction",
  };
}

function readStreamId(reply: unknown): string {
  const id = readText(reply, "the id of an entry");
  if (!isStreamId(id)) throw unexpected("the id of an entry");
  return id;
}
