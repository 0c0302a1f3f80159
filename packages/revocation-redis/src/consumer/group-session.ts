import { backoffMs, pause } from "../commands/pause.js";
import type { TimedCommand } from "../commands/timed-command.js";
import { judgePosition, type KnownPosition } from "../streams/judge-position.js";
import { BEGINNING } from "../streams/stream-id.js";
import type { StreamEntry } from "../streams/stream-reply.js";
import { COUNT, ConsumerGroup, type GroupRead, timeOfEntry } from "./consumer-group.js";
import type { ConsumerRecord } from "./consumer-health.js";
import type { CapturedConsumerOptions } from "./consumer-options.js";
import type { EventHandler, Outcome } from "./event-handler.js";
import { HeldEntries } from "./held-entries.js";
import { KnownLoss, kindOfLoss, type LossKind, newLossNote } from "./loss-note.js";
import { StreamClock } from "./stream-clock.js";
import { upToDateAt } from "./up-to-date-at.js";

const LONGEST_WAIT_MS = 250;
const IDLE_CHECK_MS = 60_000;
const IDLE_CONSUMER_MS = 3_600_000;

/** What a consumer remembers from one connection to the next. */
export class GroupMemory {
  /** Whether the group was there, and how far the stream went: Redis may come back without it. */
  knewGroup = false;
  known: KnownPosition = {};
  readonly loss: KnownLoss = new KnownLoss();
  readonly held: HeldEntries = new HeldEntries();
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
  /** Of this connection: another one may lead to a server with other ids. */
  readonly #clock = new StreamClock();
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
    let claimAt = performance.now();
    let isAnyHeld = true;
    let idleCheckAt = performance.now();
    let failures = 0;
    while (!signal.aborted) {
      if (isAnyHeld && performance.now() >= claimAt) claimAt = await this.#claim(signal);
      if (performance.now() >= idleCheckAt) {
        await this.#group.removeIdle(IDLE_CONSUMER_MS);
        idleCheckAt = performance.now() + IDLE_CHECK_MS;
      }
      const read = await this.#observe(await this.#group.readNew(this.#memory.known.position));
      isAnyHeld = read.pending > 0;
      const isWritten = await this.#process(read.entries);
      onRead();
      failures = isWritten ? 0 : failures + 1;
      // What can't be written is tried again with the next claim; taking more of it is no hurry.
      if (!isWritten) await pause(backoffMs(failures), signal);
      else if (read.entries.length === 0) {
        await this.#wait(read.lastDeliveredId, isAnyHeld ? claimAt : Number.POSITIVE_INFINITY);
      }
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
      const { position } = this.#memory.known;
      const { entries } = await this.#observe(await this.#group.readOwn(behind, position));
      const last = entries.at(-1);
      // Behind the highest id there can be, Redis begins again.
      if (last === undefined || last.id === behind) return;
      await this.#process(entries);
      behind = last.id;
    }
  }

  /**
   * Takes over what has been held for long, by others or by this consumer itself.
   *
   * @returns when to look next.
   */
  async #claim(signal: AbortSignal): Promise<number> {
    const { claimIdleMs } = this.#options;
    const { held } = this.#memory;
    const { entries, sentAt } = await this.#group.readHeld();
    const answeredAt = performance.now();
    const due = held.look(entries, { sentAt, answeredAt }, claimIdleMs);
    for (let from = 0; from < due.length && !signal.aborted; from += COUNT) {
      const taken = await this.#group.takeOver(due.slice(from, from + COUNT));
      this.#record.reclaimed += taken.length;
      // Then the others come first the next time.
      if (!(await this.#process(taken))) break;
    }
    const nextLook = performance.now() + claimIdleMs / 2;
    return due.length > 0
      ? nextLook
      : Math.min(nextLook, (held.oldestSince ?? nextLook) + claimIdleMs);
  }

  async #observe(read: GroupRead): Promise<GroupRead> {
    const { facts, serverTimeMs, sentAt } = read;
    const { lastGeneratedId, entriesAdded, runId } = facts;
    this.#serverTimeMs = serverTimeMs;
    this.#record.noteRead(read, upToDateAt(read, this.#clock));
    this.#clock.note(lastGeneratedId, sentAt);
    await this.#observeLoss(read);
    this.#memory.known = { runId, position: { lastId: lastGeneratedId, added: entriesAdded } };
    return read;
  }

  async #observeLoss({ facts, lossNote, sentAt }: GroupRead): Promise<void> {
    const { known, loss } = this.#memory;
    const isOtherServer = known.runId !== facts.runId;
    // The stream lacks an entry that it had: a failover to a replica that was behind, for instance.
    if (judgePosition(known, facts) !== undefined) return this.#noteLoss("history_lost");
    // Such a replica may lack the note. On the same server, an operator has deleted it.
    if (lossNote === undefined && loss.note !== undefined && isOtherServer) {
      return this.#noteLoss(kindOfLoss(loss.note));
    }
    const knownMs = loss.see(lossNote, sentAt);
    const isOver = knownMs >= this.#options.maxMandateLifetimeMs;
    if (lossNote !== undefined && isOver) await this.#group.forgetLoss(lossNote);
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
    const note = newLossNote(kind);
    this.#record.noteLoss(kind);
    await this.#group.noteLoss(note);
    this.#memory.loss.see(note, performance.now());
  }

  /** Until something is new, or a claim is due. */
  async #wait(behind: string, until: number): Promise<void> {
    const waitMs = Math.ceil(Math.min(until - performance.now(), LONGEST_WAIT_MS));
    if (waitMs > 0) await this.#group.wait(behind, waitMs);
  }
}
