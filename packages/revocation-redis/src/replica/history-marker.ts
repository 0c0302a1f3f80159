import { randomUUID } from "node:crypto";
import { readInteger } from "../commands/replies.js";
import { runScript, type Script, script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";

/**
 * The key whose value stands for the history of a server: while it stays, whoever knew all that the
 * server had still does. The braces keep it on the stream's node of a cluster.
 */
export function markerKey(keyPrefix: string, stream: string): string {
  return `${keyPrefix}history:{${stream}}`;
}

export function newMarker(): string {
  return randomUUID();
}

/**
 * By what a marker is known, in Lua: others may have set it, to anything. What is not like one of ours
 * may be no text at all, and as long as it likes.
 */
export const MARKER_FUNCTIONS = `
local function nameOf(marker)
  if #marker <= 64 and string.match(marker, '^[%w-]+$') then return marker end
  return 'sha1 ' .. redis.sha1hex(marker)
end
`;

/** Sets a marker, on the server ARGV[1], where it is still what is known: ARGV[2], empty for none. */
const SET_MARKER: Script = script(
  `
${MARKER_FUNCTIONS}
if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return 0 end
local known = redis.call('GET', KEYS[1])
if (known and nameOf(known) or '') ~= ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[3])
return 1
`,
  { reads: false },
);

/** Which marker is set where, and what is known to be there. */
export interface MarkerChange {
  readonly key: string;
  /** Another server may lack what was written before the marker. */
  readonly runId: string;
  readonly from?: string | undefined;
  readonly to: string;
}

/** @returns whether it was set; `false` where it is another marker or server by now. */
export async function setMarker(
  command: TimedCommand,
  { key, runId, from = "", to }: MarkerChange,
  timeoutMs: number,
): Promise<boolean> {
  const call = { keys: [key], args: [runId, from, to], timeoutMs };
  const reply = await runScript(command, SET_MARKER, call);
  return readInteger(reply, "the confirmation of a marker") === 1;
}
