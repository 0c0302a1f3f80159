import { runScript, type Script, script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";

/** The key of the note that a replica has made good for as far as anybody can. */
export function madeGoodKey(lossKey: string): string {
  return `${lossKey}.made-good`;
}

/**
 * On the server ARGV[1], where the consumers' note KEYS[1] is still ARGV[2]: takes it back where ARGV[3]
 * is "1"; else tells other replicas, in KEYS[2], that it has been made good for.
 */
const MAKE_GOOD: Script = script(
  `
if string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') ~= ARGV[1] then return 0 end
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '1' then return redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[2], ARGV[2])
return 1
`,
  { reads: false },
);

/** What is answered to a note about a loss, and where. */
export interface MadeGood {
  readonly lossKey: string;
  /** Another server may lack what was written to make good for it. */
  readonly runId: string;
  readonly note: string;
  /** Whether this replica can prove that it knows all that was lost. */
  readonly isProven: boolean;
}

/** What the note speaks of is in the keys by now, as far as this replica knows. */
export async function makeGood(
  command: TimedCommand,
  { lossKey, runId, note, isProven }: MadeGood,
  timeoutMs: number,
): Promise<void> {
  const keys = [lossKey, madeGoodKey(lossKey)];
  await runScript(command, MAKE_GOOD, {
    keys,
    args: [runId, note, isProven ? "1" : "0"],
    timeoutMs,
  });
}
