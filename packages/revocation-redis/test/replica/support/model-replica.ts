import { afterCheck, afterEntries } from "../../../src/replica/after-check.js";
import {
  afterMadeGood,
  afterMarkerRefused,
  afterMarkerSet,
  afterReconcileBegan,
  afterSnapshot,
  afterSnapshotBegan,
  beforeMarker,
  beforeWrites,
} from "../../../src/replica/after-key-task.js";
import { afterLostRace } from "../../../src/replica/new-round.js";
import { nextTask, notesToAnswer, readinessOf } from "../../../src/replica/replica-readiness.js";
import {
  INITIAL_STATE,
  type ReplicaPace,
  type ReplicaState,
  STREAMS,
  type StreamName,
  TELLING_STREAM,
} from "../../../src/replica/replica-state.js";
import type { ModelEntry, ModelServer } from "./model-server.js";

export const MODEL_PACE: ReplicaPace = {
  maxStalenessMs: 50,
  settleMs: 20,
  maxMandateLifetimeMs: 200,
  adoptAfterMs: 30,
  fullRetryMs: 100,
  snapshotRetryMs: 10,
  reconcilePauseMs: 20,
};

/** A replica's steps, each taken by itself, so that anything may come between them. */
export class ModelReplica {
  readonly known = new Set<string>();
  #marked = new Set<string>();
  #state: ReplicaState = INITIAL_STATE;
  #task: Generator<void> | undefined;
  #markers = 0;
  /** The server that each stream's connection leads to. */
  readonly #connections: Partial<Record<StreamName, number>> = {};
  readonly #name: string;
  readonly #pace: ReplicaPace;

  constructor(name: string, pace: ReplicaPace = MODEL_PACE) {
    this.#name = name;
    this.#pace = pace;
  }

  /** Another one that knows the same, and is not in the middle of anything. */
  copy(): ModelReplica {
    if (this.#task !== undefined) throw new Error("It is in the middle of something");
    const copy = new ModelReplica(this.#name, this.#pace);
    for (const anchor of this.known) copy.known.add(anchor);
    copy.#marked = new Set(this.#marked);
    copy.#state = this.#state;
    copy.#markers = this.#markers;
    Object.assign(copy.#connections, this.#connections);
    return copy;
  }

  get round(): number {
    return this.#state.round;
  }

  /** When each stream was proven, where the replica is ready. */
  proofs(now: number): Readonly<Record<StreamName, number>> | undefined {
    const { until } = readinessOf(this.#state, this.#pace);
    if (until === undefined || now > until) return undefined;
    const { revocations, delegations } = this.#state.streams;
    return {
      revocations: revocations.provenAt ?? Number.NaN,
      delegations: delegations.provenAt ?? Number.NaN,
    };
  }

  /** On a new connection, where the server was started anew or is another one. */
  check(server: ModelServer, stream: StreamName, now: number): void {
    this.#connections[stream] = server.runId;
    const { round, streams } = this.#state;
    const { facts, found } = server.check(stream, streams[stream].position);
    this.#add(found);
    const last = found.at(-1);
    const lastId = last === undefined ? undefined : `${last.id}-0`;
    this.#set(
      afterCheck(this.#state, { stream, round, sentAt: now, facts, lastId }, now, this.#pace),
    );
  }

  read(server: ModelServer, stream: StreamName): void {
    const { round, streams } = this.#state;
    const { position } = streams[stream];
    if (position === undefined || this.#connections[stream] !== server.runId) return;
    const found = server.read(stream, position.lastId);
    this.#add(found);
    const last = found.at(-1);
    if (last === undefined) return;
    const entries = { stream, round, lastId: `${last.id}-0`, count: found.length };
    this.#set(afterEntries(this.#state, entries));
  }

  /** One step of what is to be done with the keys. */
  work(server: () => ModelServer, now: () => number): void {
    const task = nextTask(this.#state, now(), this.#pace);
    if (this.#task === undefined && task === "snapshot") this.#task = this.#snapshot(server, now);
    if (this.#task === undefined && task === "adopt") this.#task = this.#adopt(server, now);
    if (this.#task === undefined && task === "reconcile") this.#task = this.#reconcile(server, now);
    if (this.#task?.next().done === true) this.#task = undefined;
  }

  *#snapshot(server: () => ModelServer, now: () => number): Generator<void> {
    const { round, streams } = this.#state;
    const isCurrent = () => this.#state.round === round;
    this.#set(afterSnapshotBegan(this.#state));
    yield* this.#compare(server, isCurrent);
    if (!isCurrent()) return;
    for (const stream of STREAMS) {
      const isUnmarked = this.#state.streams[stream].marker === undefined;
      const isNews = this.#state.owesMarker && stream === TELLING_STREAM;
      if (!isUnmarked && !isNews) continue;
      const isSet = yield* this.#setMarker(server, stream, streams[stream].runId, now);
      if (!isCurrent()) return;
      if (!isSet) return this.#set(afterLostRace(this.#state, now(), this.#pace));
    }
    this.#set(afterSnapshot(this.#state, round, now()));
  }

  *#reconcile(server: () => ModelServer, now: () => number): Generator<void> {
    const { round, streams } = this.#state;
    const notes = notesToAnswer(this.#state);
    const isCurrent = () => this.#state.round === round;
    this.#set(afterReconcileBegan(this.#state, now()));
    this.#marked = new Set();
    yield;
    yield* this.#compare(server, isCurrent);
    if (isCurrent() && this.#state.owesMarker) {
      yield* this.#setMarker(server, TELLING_STREAM, streams[TELLING_STREAM].runId, now);
    }
    for (const stream of notes) {
      if (!isCurrent()) return;
      const { note, runId } = streams[stream];
      if (note === undefined) continue;
      yield;
      server().makeGood(stream, { runId, ...note });
      yield;
      this.#set(afterMadeGood(this.#state, stream, note.text));
    }
  }

  /** Takes over the keys, and writes what they lack. */
  *#compare(server: () => ModelServer, isCurrent: () => boolean): Generator<void> {
    yield;
    if (!isCurrent()) return;
    for (const anchor of server().keys) this.#mark(anchor);
    yield;
    if (!isCurrent()) return;
    const missing = [...this.known].filter((anchor) => !this.#marked.has(anchor));
    if (missing.length > 0) this.#set(beforeWrites(this.#state));
    for (const anchor of missing) {
      server().keys.add(anchor);
      yield;
      if (!isCurrent()) return;
      this.#mark(anchor);
    }
  }

  *#adopt(server: () => ModelServer, now: () => number): Generator<void> {
    const { streams } = this.#state;
    for (const stream of STREAMS) {
      const { marker, runId } = streams[stream];
      if (marker === undefined) yield* this.#setMarker(server, stream, runId, now);
    }
  }

  *#setMarker(
    server: () => ModelServer,
    stream: StreamName,
    runId: string | undefined,
    now: () => number,
  ): Generator<void, boolean> {
    const { round, streams } = this.#state;
    const known = { ...streams[stream], runId };
    this.#markers += 1;
    const to = `${this.#name}${this.#markers}`;
    this.#set(beforeMarker(this.#state, stream, to));
    yield;
    const isSet = server().mark(stream, known, to);
    yield;
    if (this.#state.round !== round) return isSet;
    const next = isSet
      ? afterMarkerSet(this.#state, stream, now())
      : afterMarkerRefused(this.#state, stream);
    this.#set(next);
    return isSet;
  }

  #add(entries: readonly ModelEntry[]): void {
    for (const { anchor } of entries) this.#mark(anchor);
  }

  #mark(anchor: string): void {
    this.known.add(anchor);
    this.#marked.add(anchor);
  }

  #set(next: ReplicaState): void {
    if (next.round !== this.#state.round) this.#marked = new Set();
    this.#state = next;
  }
}
