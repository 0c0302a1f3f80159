import { type RevocationEvent, RevocationStoreFullError } from "@caracalai/revocation";
import { pause } from "../commands/pause.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { InvalidEventError } from "../events/invalid-event-error.js";
import type { FieldList } from "../events/read-fields.js";
import { RedisStoreError } from "../redis-store-error.js";
import type { StreamEntry } from "../streams/stream-reply.js";
import type { ConsumerRecord } from "./consumer-health.js";
import type { CapturedConsumerOptions, RevocationSink } from "./consumer-options.js";
import { deadLetterOf } from "./dead-letter.js";

/** What an event says; throws `InvalidEventError` where it must not be acted on. */
export type EventJudge = (fields: FieldList) => readonly RevocationEvent[];

/** What became of an entry; all but `unwritten` is to be acknowledged. */
export type Outcome = "applied" | "dead" | "trimmed" | "unwritten";

/** Acts on the events of one stream: writes what they say to the store, or sets them aside. */
export class EventHandler {
  readonly #options: CapturedConsumerOptions;
  readonly #judge: EventJudge;
  readonly #record: ConsumerRecord;

  constructor(options: CapturedConsumerOptions, judge: EventJudge, record: ConsumerRecord) {
    this.#options = options;
    this.#judge = judge;
    this.#record = record;
  }

  /**
   * Resolves when what the entry says is confirmed to be written, or a dead letter of it is. Never
   * rejects. Acting on an entry again does no harm, whatever was done in between.
   */
  async handle({ id, fields }: StreamEntry, command: TimedCommand): Promise<Outcome> {
    if (fields === undefined) return "trimmed";
    try {
      const verdict = this.#verdictOn(fields);
      if (verdict instanceof InvalidEventError) {
        await this.#setAside({ id, fields }, verdict, command);
        if (verdict.problem === "wrong_signature") this.#record.wrongSignatures += 1;
        return "dead";
      }
      await writeAll(verdict, this.#options.store);
      return "applied";
    } catch (error) {
      // The message of an error of another store may hold anything.
      const isOurs = error instanceof RedisStoreError || error instanceof RevocationStoreFullError;
      this.#record.noteError(isOurs ? error : { message: "The store did not take an event." });
      return "unwritten";
    }
  }

  #verdictOn(fields: FieldList): readonly RevocationEvent[] | InvalidEventError {
    try {
      return this.#judge(fields);
    } catch (error) {
      if (error instanceof InvalidEventError) return error;
      throw error;
    }
  }

  async #setAside(
    { id, fields }: { readonly id: string; readonly fields: FieldList },
    { problem }: InvalidEventError,
    command: TimedCommand,
  ): Promise<void> {
    const { stream, deadLetterStream, deadLetterMaxLength, commandTimeoutMs } = this.#options;
    const letter = deadLetterOf({ stream, id, problem, fields });
    const add = ["XADD", deadLetterStream, "MAXLEN", "~", `${deadLetterMaxLength}`, "*", ...letter];
    await command(add, { key: deadLetterStream, timeoutMs: commandTimeoutMs });
  }
}

/** Longer than any store of ours waits: what is not confirmed by then is tried again later. */
const WRITE_TIMEOUT_MS = 5_000;

async function writeAll(events: readonly RevocationEvent[], store: RevocationSink): Promise<void> {
  const confirmed = new AbortController();
  const writes = Promise.all(events.map((event) => write(event, store)));
  const late = pause(WRITE_TIMEOUT_MS, confirmed.signal).then(() => {
    throw new RedisStoreError("timeout", "The store did not confirm a write in time.");
  });
  try {
    await Promise.race([writes, late]);
  } finally {
    late.catch(() => {});
    confirmed.abort();
  }
}

/** A store may answer at once, and may throw. */
async function write(event: RevocationEvent, store: RevocationSink): Promise<void> {
  if (event.kind === "anchor") await store.markRevoked(event.anchor);
  else await store.markDelegationEpoch(event.zoneId, event.epoch);
}
