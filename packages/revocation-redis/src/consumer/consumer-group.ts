import { readInteger, readList, readText } from "../commands/replies.js";
import { runScript, type Script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";
import type { PositionFacts, StreamPosition } from "../streams/judge-position.js";
import { readEntries, readStreamId, type StreamEntry } from "../streams/stream-reply.js";
import type { CapturedConsumerOptions } from "./consumer-options.js";
import {
  ENSURE_GROUP,
  FORGET_LOSS,
  NOTE_LOSS,
  READ_GROUP,
  REMOVE_IDLE,
  TAKE_OVER,
} from "./group-scripts.js";
import type { HeldEntry } from "./held-entries.js";
import { lossKeyOf, newLossNote } from "./loss-note.js";

/** How many entries are taken at a time. */
export const COUNT = 100;
/** How many entries that are held are looked at: the oldest. */
const LOOK_COUNT = "1000";

/** What a read gives: entries, and what was known of stream and group before it. */
export interface GroupRead {
  /** When it was sent, by one's own monotonic clock: what was published before, it has seen. */
  readonly sentAt: number;
  readonly entries: readonly StreamEntry[];
  /** How the stream goes on from the position that the read was told. */
  readonly facts: PositionFacts;
  /** The last entry that the group was given. */
  readonly lastDeliveredId: string;
  /** How many entries consumers of the group held. */
  readonly pending: number;
  /** The oldest entry that was not acted on, be it held or only now given, if any. */
  readonly oldestId: string | undefined;
  /** How old that one is by the server's clock, which may have been moved, in milliseconds; none: 0. */
  readonly oldestMs: number;
  /** How many entries were trimmed before the group was given them, since the last read. */
  readonly trimmed: number;
  /** The note about a loss that may still matter, whoever noticed it. */
  readonly lossNote: string | undefined;
  readonly serverTimeMs: number;
}

/** What is held by consumers of the group, and when that was asked. */
export interface HeldRead {
  readonly entries: readonly HeldEntry[];
  readonly sentAt: number;
}

/** One consumer's commands about its group, on one connection. All reject with a `RedisStoreError`. */
export class ConsumerGroup {
  readonly #command: TimedCommand;
  readonly #options: CapturedConsumerOptions;
  readonly #lossKey: string;

  constructor(command: TimedCommand, options: CapturedConsumerOptions) {
    this.#command = command;
    this.#options = options;
    this.#lossKey = lossKeyOf(options);
  }

  /**
   * Makes sure that the group is there; a new one begins with the stream's first entry.
   *
   * @param wasThere - whether it is known to have been there: that it is gone is a loss.
   */
  async ensure(wasThere: boolean): Promise<void> {
    const { group } = this.#options;
    await this.#run(ENSURE_GROUP, [group, wasThere ? "1" : "0", newLossNote("history_lost")]);
  }

  /**
   * Takes entries that nobody in the group was given.
   *
   * @param known - how far the stream was known to go, where it was known.
   */
  readNew(known?: StreamPosition): Promise<GroupRead> {
    return this.#read(">", known);
  }

  /** Takes again what this consumer was given behind an id and has not acknowledged. */
  readOwn(behind: string, known?: StreamPosition): Promise<GroupRead> {
    return this.#read(behind, known);
  }

  /** What any consumer holds, this one as well; takes nothing. The oldest 1,000 entries. */
  async readHeld(): Promise<HeldRead> {
    const { stream, group } = this.#options;
    const sentAt = performance.now();
    const reply = await this.#send(["XPENDING", stream, group, "-", "+", LOOK_COUNT]);
    return { sentAt, entries: readList(reply, "entries that are held").map(readHeldEntry) };
  }

  /** Takes over what is still held as it was. Entries that were trimmed have no fields. */
  async takeOver(held: readonly HeldEntry[]): Promise<readonly StreamEntry[]> {
    const { group, consumerName } = this.#options;
    const parts = held.flatMap(({ id, consumer, deliveries }) => [id, consumer, `${deliveries}`]);
    return readEntries(await this.#run(TAKE_OVER, [group, consumerName, ...parts]));
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    const { stream, group } = this.#options;
    if (ids.length > 0) await this.#send(["XACK", stream, group, ...ids]);
  }

  /** Notes a loss, for all consumers, until one of them takes it back. */
  async noteLoss(note: string): Promise<void> {
    await this.#run(NOTE_LOSS, [note]);
  }

  /** Takes a loss back that matters no more, where no other one was noted since. */
  async forgetLoss(note: string): Promise<void> {
    await this.#run(FORGET_LOSS, [note]);
  }

  /** Waits until there is an entry behind an id, for `waitMs` at most. Takes nothing. */
  async wait(behind: string, waitMs: number): Promise<void> {
    const { stream, commandTimeoutMs } = this.#options;
    await this.#command(["XREAD", "COUNT", "1", "BLOCK", `${waitMs}`, "STREAMS", stream, behind], {
      key: stream,
      timeoutMs: waitMs + commandTimeoutMs,
    });
  }

  /** Removes consumers that hold nothing and have been idle: with each restart there is one more. */
  async removeIdle(idleMs: number, consumerName = ""): Promise<void> {
    await this.#run(REMOVE_IDLE, [this.#options.group, `${idleMs}`, consumerName]);
  }

  async #read(from: string, known: StreamPosition | undefined): Promise<GroupRead> {
    const { group, consumerName, maxMandateLifetimeMs } = this.#options;
    const { lastId = "", added = 0 } = known ?? {};
    const args = [group, consumerName, `${COUNT}`, from, `${maxMandateLifetimeMs}`];
    const sentAt = performance.now();
    const position = [lastId, `${added}`, newLossNote("stream_trimmed")];
    const reply = await this.#run(READ_GROUP, [...args, ...position]);
    const [runId, lastGeneratedId, entriesAdded, holds, behind, ...ofGroup] = readList(
      reply,
      "what is known of a group",
    );
    const [deliveredId, pending, firstHeld, trimmed, loss, time, found] = ofGroup;
    const entries = readEntries(found);
    const serverTimeMs = readInteger(time, "a time");
    const oldestId = firstHeld === null ? entries[0]?.id : readStreamId(firstHeld);
    return {
      sentAt,
      entries,
      facts: {
        runId: readText(runId, "the id of a server"),
        lastGeneratedId: readStreamId(lastGeneratedId),
        entriesAdded: readInteger(entriesAdded, "a number of entries"),
        holdsPosition: readInteger(holds, "a number of entries") === 1,
        unread: readInteger(behind, "a number of entries"),
        // What was trimmed, the group counts.
        drained: false,
      },
      lastDeliveredId: readStreamId(deliveredId),
      pending: readInteger(pending, "a number of entries"),
      oldestId,
      oldestMs: oldestId === undefined ? 0 : Math.max(0, serverTimeMs - timeOfEntry(oldestId)),
      trimmed: readInteger(trimmed, "a number of entries"),
      lossNote: loss === null ? undefined : readText(loss, "a loss"),
      serverTimeMs,
    };
  }

  #run(script: Script, args: readonly string[]): Promise<unknown> {
    const { stream, commandTimeoutMs: timeoutMs } = this.#options;
    return runScript(this.#command, script, { keys: [stream, this.#lossKey], args, timeoutMs });
  }

  #send(args: readonly string[]): Promise<unknown> {
    const { stream: key, commandTimeoutMs: timeoutMs } = this.#options;
    return this.#command(args, { key, timeoutMs });
  }
}

/** When an entry was added, by the clock of the server, in milliseconds. */
export function timeOfEntry(id: string): number {
  return Number.parseInt(id, 10);
}

function readHeldEntry(reply: unknown): HeldEntry {
  const [id, consumer, , deliveries] = readList(reply, "an entry that is held");
  return {
    id: readStreamId(id),
    consumer: readText(consumer, "the name of a consumer"),
    deliveries: readInteger(deliveries, "a number of deliveries"),
  };
}
