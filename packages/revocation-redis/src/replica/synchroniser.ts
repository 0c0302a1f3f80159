import { RevocationStoreError, RevocationStoreFullError } from "@caracalai/revocation";
import { untilSettled } from "../commands/until-settled.js";
import type { StreamEntry } from "../streams/stream-reply.js";
import { afterCheck, afterEntries } from "./after-check.js";
import type { EventReader } from "./event-reader.js";
import { type KeyTaskParts, KeyTasks } from "./key-tasks.js";
import type { LocalRevocation } from "./local-revocations.js";
import { afterFull, afterFullRetry } from "./new-round.js";
import { isWaitingForProof, nextTask, type ReplicaTask } from "./replica-readiness.js";
import { STREAMS, type StreamName } from "./replica-state.js";
import { type FollowerAnswer, type ReadingPlace, StreamFollower } from "./stream-follower.js";

/** Between two checks at most, in milliseconds. */
const LONGEST_CHECK_MS = 350;
/** Between two checks while the next one may end a synchronisation. */
const SHORTEST_CHECK_MS = 40;

/** The parts of a replica that are kept in step with Redis. */
export interface SynchroniserParts extends Omit<KeyTaskParts, "signal"> {
  readonly readers: Readonly<Record<StreamName, EventReader>>;
}

/**
 * Keeps what one instance knows in step with Redis: follows both streams, each on a connection of its
 * own, and does what the state of the replica asks for.
 */
export class Synchroniser {
  readonly #parts: SynchroniserParts;
  readonly #tasks: KeyTasks;
  readonly #followers: readonly StreamFollower[];
  readonly #abort = new AbortController();
  #task: Promise<void> | undefined;
  #nextReconcile: number;
  #lastError: string | undefined;

  constructor(parts: SynchroniserParts) {
    this.#parts = parts;
    this.#tasks = new KeyTasks({ ...parts, signal: this.#abort.signal });
    this.#followers = STREAMS.map((name) => this.#createFollower(name));
    this.#nextReconcile = this.#inAWhile();
  }

  /** What went wrong last, in a sentence without secrets. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  start(): void {
    for (const follower of this.#followers) follower.start();
  }

  /** Resolves when nothing is under way any more, or when the time of a command is up. */
  async stop(): Promise<void> {
    this.#abort.abort();
    const parts = [...this.#followers.map((follower) => follower.stop()), this.#task];
    await untilSettled(Promise.all(parts), this.#parts.options.commandTimeoutMs);
  }

  #createFollower(name: StreamName): StreamFollower {
    const { options, keys, status } = this.#parts;
    const { redis, commandTimeoutMs } = options;
    const settings = {
      redis,
      keys: keys[name],
      commandTimeoutMs,
    };
    return new StreamFollower(settings, {
      place: () => {
        const { round, streams } = status.state;
        const { position, removed, runId } = streams[name];
        return { round, lastId: position?.lastId, added: position?.added, removed, runId };
      },
      checkEveryMs: () => this.#checkEveryMs(),
      onCheck: (answer) => this.#onCheck(name, answer),
      onEntries: (place, entries) => this.#onEntries(name, place, entries),
      onError: (error) => this.report(error),
    });
  }

  #checkEveryMs(): number {
    const { status, options } = this.#parts;
    const { state } = status;
    if (isWaitingForProof(state, performance.now(), options.pace)) return SHORTEST_CHECK_MS;
    // Some may fail before the latest proof is too old.
    return Math.min(LONGEST_CHECK_MS, options.pace.maxStalenessMs / 5);
  }

  #onCheck(stream: StreamName, { place, checked, sentAt }: FollowerAnswer): void {
    const { facts, entries } = checked;
    const { round } = place;
    const { status, local, options } = this.#parts;
    this.#add(stream, round, entries);
    const now = performance.now();
    const check = { stream, round, sentAt, facts, lastId: entries.at(-1)?.id };
    status.update((state) => afterCheck(state, check, now, options.pace));
    local.sweepSome(now);
    this.#work(now);
  }

  #onEntries(stream: StreamName, { round }: ReadingPlace, entries: readonly StreamEntry[]): void {
    this.#add(stream, round, entries);
    const lastId = entries.at(-1)?.id;
    if (lastId === undefined) return;
    this.#parts.status.update((state) =>
      afterEntries(state, { stream, round, lastId, count: entries.length }),
    );
  }

  /** What was read in an earlier round may have come from a server that has lost it since. */
  #add(stream: StreamName, round: number, entries: readonly StreamEntry[]): void {
    const { status, readers, options } = this.#parts;
    const now = performance.now();
    const marked = round === status.state.round;
    for (const event of readers[stream].read(entries)) {
      this.#addOne({ event, expiry: now + options.defaultTtlMs }, marked, now);
    }
  }

  /** Whatever keeps it from being added but a lack of room has the stream read again from before it. */
  #addOne(revocation: LocalRevocation, marked: boolean, now: number): void {
    try {
      this.#parts.local.add(revocation, marked, now);
    } catch (error) {
      if (!(error instanceof RevocationStoreFullError)) throw error;
      this.report(error);
    }
  }

  /** Keeps an error for the health; where it says that there is no room, the replica is full. */
  report(error: unknown): void {
    const { status, options } = this.#parts;
    if (error instanceof RevocationStoreFullError) {
      status.update((state) => afterFull(state, performance.now(), options.pace));
    }
    // Other errors may quote what is secret.
    const isOwn =
      error instanceof RevocationStoreError || error instanceof RevocationStoreFullError;
    this.#lastError = isOwn ? error.message : "Something failed that is not expected to.";
  }

  /** Begins what is to be done, where nothing is being done. */
  #work(now: number): void {
    const { status, options } = this.#parts;
    if (this.#task !== undefined || !status.isRunning) return;
    const task = nextTask(status.state, now, options.pace);
    const isTime = now >= this.#nextReconcile && status.problemAt(now) === undefined;
    if (task === undefined && !isTime) return;
    this.#task = this.#perform(task, now)
      .catch((error: unknown) => this.report(error))
      .finally(() => {
        this.#task = undefined;
      });
  }

  async #perform(task: ReplicaTask | undefined, now: number): Promise<void> {
    const { status, options } = this.#parts;
    if (task === "snapshot") return this.#tasks.snapshot();
    if (task === "adopt") return this.#tasks.adopt();
    if (task === "retry") return status.update((it) => afterFullRetry(it, now, options.pace));
    this.#nextReconcile = this.#inAWhile();
    return this.#tasks.reconcile(task === "reconcile");
  }

  /** Not all instances at the same time. */
  #inAWhile(): number {
    return performance.now() + this.#parts.options.reconcileMs * (0.8 + Math.random() * 0.4);
  }
}
