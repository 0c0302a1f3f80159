import { backoffMs, pause } from "../commands/pause.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { BEGINNING, compareStreamIds } from "../streams/stream-id.js";
import type { StreamEntry } from "../streams/stream-reply.js";
import { ConsumerGroup, type GroupRead, type LossKind, timeOfEntry } from "./consumer-group.js";
import type { ConsumerRecord } from "./consumer-health.js";
import type { CapturedConsumerOptions } from "./consumer-options.js";
import type { EventHandler, Outcome } from "./event-handler.js";

const LONGEST_WAIT_MS = 250;
const IDLE_CHECK_MS = 60_000;
const IDLE_CONSUMER_MS = 3_600_000;

/** What a consumer remembers from one connection to the next: whether Redis still knows it. */
export interface GroupMemory {
  knewGroup: boolean;
  lastGeneratedId: string;
}

/**
 * The work of one consumer on one connection: takes entries, has them acted on, and acknowledges what
 * was confirmed. Rejects with a `RedisStoreError` where the connection or Redis fails.
 */
export class GroupSession {
  readonly #options: CapturedConsumerOptions;
  readonly #handler: EventHandler;
  readonly #record: ConsumerRecord;
  readonly #memory: GroupMemory;
  readonly #command: TimedCommand;
  readonly #group: ConsumerGroup;
  #serverTimeMs = 0;

  constructor(
    options: CapturedConsumerOptions,
    {
      handler,
      record,
      memory,
    }: { handler: EventHandler; record: ConsumerRecord; memory: GroupMemory },
    command: TimedCommand,
  ) {
    this.#options = options;
    this.#handler = handler;
    this.#record = record;
    this.#memory = memory;
    this.#command = command;
    this.#group = new ConsumerGroup(command, options);
  }

  /** Works until it is stopped: then what is in hand is finished, and the consumer leaves its group. */
  async run(signal: AbortSignal, onRead: () => void): Promise<void> {
    await this.#ensureGroup();
    await this.#takeUpOwn(signal);
    let claim = { from: BEGINNING, at: performance.now() };
    let idleCheckAt = performance.now();
    let failures = 0;
    while (!signal.aborted) {
      if (performance.now() >= claim.at) claim = await this.#claim(claim.from);
      if (performance.now() >= idleCheckAt) {
        await this.#group.removeIdle(IDLE_CONSUMER_MS);
        idleCheckAt = performance.now() + IDLE_CHECK_MS;
      }
      const read = await this.#observe(await this.#group.readNew());
      const isWritten = await this.#process(read.entries);
      onRead();
      failures = isWritten ? 0 : failures + 1;
      // What can't be written is tried again with the next claim; taking more of it is no hurry.
      if (!isWritten) await pause(backoffMs(failures), signal);
      else if (read.entries.length === 0) await this.#wait(read.lastDeliveredId, claim.at);
    }
    await this.#group.removeIdle(0, this.#options.consumerName);
  }

  async #ensureGroup(): Promise<void> {
    const memory = this.#memory;
    await this.#group.ensure(memory.knewGroup);
    memory.knewGroup = true;
  }

  /** What this consumer was given before, and may not have acted on. */
  async #takeUpOwn(signal: AbortSignal): Promise<void> {
    for (let behind = BEGINNING; !signal.aborted; ) {
      const { entries } = await this.#observe(await this.#group.readOwn(behind));
      const last = entries.at(-1);
      if (last === undefined) return;
      await this.#process(entries);
      behind = last.id;
    }
  }

  /** @returns from where to claim next, and when. */
  async #claim(from: string): Promise<{ readonly from: string; readonly at: number }> {
    const { entries, next } = await this.#group.claim(from);
    const isWritten = await this.#process(entries);
    this.#record.reclaimed += entries.length;
    const isInHurry = isWritten && next !== BEGINNING;
    return { from: next, at: performance.now() + (isInHurry ? 0 : this.#options.claimIdleMs / 2) };
  }

  async #observe(read: GroupRead): Promise<GroupRead> {
    const { lastGeneratedId, serverTimeMs } = read;
    this.#serverTimeMs = serverTimeMs;
    this.#record.noteRead(read);
    // The stream lacks an entry that it had: a failover to a replica that was behind, for instance.
    const isOlder = compareStreamIds(lastGeneratedId, this.#memory.lastGeneratedId) < 0;
    if (isOlder) await this.#noteLoss("history_lost");
    this.#memory.lastGeneratedId = lastGeneratedId;
    return read;
  }

  /**
   * Has entries acted on, all at once, and acknowledges those that were. In which order does not
   * matter: nothing that is written undoes anything.
   *
   * @returns whether all were acted on.
   */
  async #process(entries: readonly StreamEntry[]): Promise<boolean> {
    const outcomes = await Promise.all(
      entries.map((entry) => this.#handler.handle(entry, this.#command)),
    );
    const having = (outcome: Outcome): StreamEntry[] =>
      entries.filter((_, index) => outcomes[index] === outcome);
    const unwritten = having("unwritten");
    if (having("trimmed").some(({ id }) => this.#mayMatter(id))) {
      await this.#noteLoss("stream_trimmed");
    }
    await this.#group.acknowledge(
      entries.filter((entry) => !unwritten.includes(entry)).map(({ id }) => id),
    );
    this.#record.applied += having("applied").length;
    this.#record.deadLetters += having("dead").length;
    this.#record.trimmed += having("trimmed").length;
    return unwritten.length === 0;
  }

  /** Whether a mandate that an event may have revoked can be alive. */
  #mayMatter(id: string): boolean {
    return this.#serverTimeMs - timeOfEntry(id) < this.#options.maxMandateLifetimeMs;
  }

  async #noteLoss(kind: LossKind): Promise<void> {
    this.#record.noteLoss(kind);
    await this.#group.noteLoss(kind);
  }

  /** Until something is new, or a claim is due. */
  async #wait(behind: string, until: number): Promise<void> {
    const waitMs = Math.ceil(Math.min(until - performance.now(), LONGEST_WAIT_MS));
    if (waitMs > 0) await this.#group.wait(behind, waitMs);
  }
}
