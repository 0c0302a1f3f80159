import { readInteger, readList, readText, unexpected } from "../commands/replies.js";
import { runScript, type Script } from "../commands/script.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { readEntries, type StreamEntry } from "../streams/stream-reply.js";
import type { CapturedConsumerOptions } from "./consumer-options.js";
import { ENSURE_GROUP, READ_GROUP, REMOVE_IDLE } from "./group-scripts.js";

/** How many entries are taken at a time. */
const COUNT = "100";

/**
 * Why events were lost: trimmed from the stream before anybody in the group acted on them, or gone
 * with the history of which Redis has come back without the latest part, or without any.
 */
export type LossKind = "stream_trimmed" | "history_lost";

/** What a read gives: entries, and what was known of stream and group before it. */
export interface GroupRead {
  readonly entries: readonly StreamEntry[];
  /** The highest id that was ever used in the stream, and the last that the group was given. */
  readonly lastGeneratedId: string;
  readonly lastDeliveredId: string;
  /** How many entries consumers of the group held. */
  readonly pending: number;
  /** How old the oldest entry is that was not acted on, be it held or only now given; none: 0. */
  readonly oldestMs: number;
  /** How many entries were trimmed before the group was given them, since the last read. */
  readonly trimmed: number;
  /** A loss that may still matter, whoever noticed it. */
  readonly loss: LossKind | undefined;
  readonly serverTimeMs: number;
}

/** What was taken over from other consumers. */
export interface Claimed {
  readonly entries: readonly StreamEntry[];
  /** Where to go on; the beginning where all were looked at. */
  readonly next: string;
}

/** One consumer's commands about its group, on one connection. All reject with a `RedisStoreError`. */
export class ConsumerGroup {
  readonly #command: TimedCommand;
  readonly #options: CapturedConsumerOptions;
  readonly #lossKey: string;

  constructor(command: TimedCommand, options: CapturedConsumerOptions) {
    this.#command = command;
    this.#options = options;
    const { stream, group } = options;
    // The braces keep it in the stream's slot of a cluster; a name that has some does so itself.
    this.#lossKey = `${stream.includes("{") ? stream : `{${stream}}`}.loss.${group}`;
  }

  /**
   * Makes sure that the group is there; a new one begins with the stream's first entry.
   *
   * @param wasThere - whether it is known to have been there: that it is gone is a loss.
   */
  async ensure(wasThere: boolean): Promise<void> {
    const { group, maxMandateLifetimeMs } = this.#options;
    await this.#run(ENSURE_GROUP, [group, wasThere ? "1" : "0", `${maxMandateLifetimeMs}`]);
  }

  /** Takes entries that nobody in the group was given. */
  readNew(): Promise<GroupRead> {
    return this.#read(">");
  }

  /** Takes again what this consumer was given behind an id and has not acknowledged. */
  readOwn(behind: string): Promise<GroupRead> {
    return this.#read(behind);
  }

  /** Takes over what any consumer has held for `claimIdleMs`. Entries that were trimmed have no fields. */
  async claim(from: string): Promise<Claimed> {
    const { stream, group, consumerName, claimIdleMs } = this.#options;
    const claim = ["XAUTOCLAIM", stream, group, consumerName, `${claimIdleMs}`, from];
    const reply = await this.#send([...claim, "COUNT", COUNT]);
    const [next, entries, trimmed] = readList(reply, "what was claimed");
    const trimmedIds = readList(trimmed, "ids of entries").map((id) => readText(id, "an id"));
    return {
      next: readText(next, "the id of an entry"),
      entries: [...readEntries(entries), ...trimmedIds.map((id) => ({ id, fields: undefined }))],
    };
  }

  async acknowledge(ids: readonly string[]): Promise<void> {
    const { stream, group } = this.#options;
    if (ids.length > 0) await this.#send(["XACK", stream, group, ...ids]);
  }

  /** Notes a loss, for all consumers and for as long as it may matter. */
  async noteLoss(kind: LossKind): Promise<void> {
    const { maxMandateLifetimeMs } = this.#options;
    const set = ["SET", this.#lossKey, kind, "PX", `${maxMandateLifetimeMs}`];
    const reply = await this.#send(set, this.#lossKey);
    if (readText(reply, "OK") !== "OK") throw unexpected("the confirmation of a write");
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

  async #read(from: string): Promise<GroupRead> {
    const { group, consumerName, maxMandateLifetimeMs } = this.#options;
    const args = [group, consumerName, COUNT, from, `${maxMandateLifetimeMs}`];
    const [lastId, deliveredId, pending, firstHeld, trimmed, loss, time, found] = readList(
      await this.#run(READ_GROUP, args),
      "what is known of a group",
    );
    const entries = readEntries(found);
    const serverTimeMs = readInteger(time, "a time");
    const oldest = firstHeld === null ? entries[0]?.id : readText(firstHeld, "the id of an entry");
    return {
      entries,
      lastGeneratedId: readText(lastId, "the id of an entry"),
      lastDeliveredId: readText(deliveredId, "the id of an entry"),
      pending: readInteger(pending, "a number of entries"),
      trimmed: readInteger(trimmed, "a number of entries"),
      loss: loss === null ? undefined : readLoss(readText(loss, "a loss")),
      serverTimeMs,
      oldestMs: oldest === undefined ? 0 : serverTimeMs - timeOfEntry(oldest),
    };
  }

  #run(script: Script, args: readonly string[]): Promise<unknown> {
    const { stream, commandTimeoutMs: timeoutMs } = this.#options;
    return runScript(this.#command, script, { keys: [stream, this.#lossKey], args, timeoutMs });
  }

  #send(args: readonly string[], key: string = this.#options.stream): Promise<unknown> {
    return this.#command(args, { key, timeoutMs: this.#options.commandTimeoutMs });
  }
}

/** When an entry was added, by the clock of the server, in milliseconds. */
export function timeOfEntry(id: string): number {
  return Number.parseInt(id, 10);
}

/** Whatever else it says, it is a loss. */
function readLoss(text: string): LossKind {
  return text === "stream_trimmed" ? text : "history_lost";
}
