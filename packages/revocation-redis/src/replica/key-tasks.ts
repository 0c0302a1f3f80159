import { pause } from "../commands/pause.js";
import { type TimedCommand, timedCommand } from "../commands/timed-command.js";
import { within } from "../commands/within.js";
import type { RedisRevocationStore } from "../store/redis-revocation-store.js";
import { RevocationKeys } from "../store/revocation-keys.js";
import {
  afterMadeGood,
  afterMarkerRefused,
  afterMarkerSet,
  afterReconcileBegan,
  afterReconcileFailed,
  afterSnapshot,
  afterSnapshotBegan,
  afterSnapshotFailed,
  beforeMarker,
  beforeWrites,
} from "./after-key-task.js";
import type { CheckedKeys } from "./check-stream.js";
import { newMarker, setMarker } from "./history-marker.js";
import type { LocalRevocations } from "./local-revocations.js";
import { makeGood } from "./made-good.js";
import { afterLostRace, waitForWritesMs } from "./new-round.js";
import { reconcileKeys } from "./reconcile-keys.js";
import type { CapturedReplicaOptions } from "./replica-options.js";
import { notesToAnswer } from "./replica-readiness.js";
import { STREAMS, type StreamName, type StreamState, TELLING_STREAM } from "./replica-state.js";
import type { ReplicaStatus } from "./replica-status.js";

/** A bound on what waits in the client, far above what is ever under way. */
const MAX_PENDING = 1_000;

/** The parts of a replica that its tasks work on. */
export interface KeyTaskParts {
  readonly options: CapturedReplicaOptions;
  readonly status: ReplicaStatus;
  readonly local: LocalRevocations;
  readonly store: RedisRevocationStore;
  /** Aborted when the replica is stopped. */
  readonly signal: AbortSignal;
  /** The keys that tell of each stream. */
  readonly keys: Readonly<Record<StreamName, CheckedKeys>>;
}

/**
 * What a replica does with the shared keys, on the client's shared connection. Every task belongs to
 * the round in which it was begun; in another one its result is not used.
 */
export class KeyTasks {
  readonly #parts: KeyTaskParts;
  readonly #keys: RevocationKeys;
  readonly #command: TimedCommand;

  constructor(parts: KeyTaskParts) {
    const { redis, keyPrefix } = parts.options;
    this.#parts = parts;
    this.#keys = new RevocationKeys(keyPrefix);
    this.#command = timedCommand(redis.command, MAX_PENDING);
  }

  /**
   * Takes over all keys and writes what they lack. If anything was lacking, the marker is changed:
   * then the other instances know that there is something for them to read.
   *
   * @throws RedisStoreError, RevocationStoreFullError (rejects)
   */
  async snapshot(): Promise<void> {
    const { status, options } = this.#parts;
    const { round, streams } = status.state;
    const isCurrent = this.#isCurrent();
    status.update(afterSnapshotBegan);
    try {
      await this.#reconcile(isCurrent, () => status.update(beforeWrites));
      for (const stream of STREAMS) {
        if (!isCurrent()) return;
        // On the server that was read and written: another one may lack what was written.
        const { runId } = streams[stream];
        if (!this.#hasToMark(stream) || (await this.#mark(stream, runId))) continue;
        if (isCurrent()) status.update((it) => afterLostRace(it, performance.now(), options.pace));
        return;
      }
      status.update((state) => afterSnapshot(state, round, performance.now()));
    } catch (error) {
      const now = performance.now();
      status.update((state) => afterSnapshotFailed(state, round, now, options.pace));
      throw error;
    }
  }

  /** Marks the streams of a Redis that nobody has marked. */
  async adopt(): Promise<void> {
    const { streams } = this.#parts.status.state;
    for (const stream of STREAMS) {
      const { marker, runId } = streams[stream];
      if (marker === undefined) await this.#mark(stream, runId);
    }
  }

  /**
   * Takes over what came into the keys past the streams, and writes what they lack, while the replica
   * goes on answering.
   *
   * @param tells - whether what is written is more than consumers are about to write anyway, so that
   *   other instances have to be told of it.
   * @throws RedisStoreError, RevocationStoreFullError (rejects)
   */
  async reconcile(tells: boolean): Promise<void> {
    const { status, options } = this.#parts;
    const { round } = status.state;
    status.update((state) => afterReconcileBegan(state, performance.now()));
    try {
      await this.#compare(tells);
    } catch (error) {
      const now = performance.now();
      status.update((state) => afterReconcileFailed(state, round, now, options.pace));
      throw error;
    }
  }

  async #compare(tells: boolean): Promise<void> {
    const { status, local, options, signal } = this.#parts;
    const { streams } = status.state;
    const notes = notesToAnswer(status.state);
    const isCurrent = this.#isCurrent();
    // What was read before this moment, consumers have written by the end of the pause.
    local.unmark();
    await pause(waitForWritesMs(options.pace), signal);
    await this.#reconcile(isCurrent, () => {
      if (tells) status.update(beforeWrites);
    });
    if (isCurrent() && status.state.owesMarker) {
      await this.#mark(TELLING_STREAM, streams[TELLING_STREAM].runId);
    }
    for (const stream of notes) {
      if (isCurrent()) await this.#answerNote(stream, streams[stream]);
    }
  }

  /** What was lost is in the keys by now, as far as this replica knows it. */
  async #answerNote(stream: StreamName, { note, runId = "" }: StreamState): Promise<void> {
    if (note === undefined) return;
    const { status, options, keys } = this.#parts;
    const { text, isProven } = note;
    const { lossKey } = keys[stream];
    const answered = { lossKey, runId, note: text, isProven };
    await makeGood(this.#command, answered, options.commandTimeoutMs);
    status.update((state) => afterMadeGood(state, stream, text));
  }

  #isCurrent(): () => boolean {
    const { status } = this.#parts;
    const { round } = status.state;
    return () => status.isRunning && status.state.round === round;
  }

  async #reconcile(isCurrent: () => boolean, beforeWrite: () => void): Promise<void> {
    const { options, local, store, status } = this.#parts;
    const { keyPrefix, commandTimeoutMs: timeoutMs } = options;
    const { streams } = status.state;
    const runIds = STREAMS.map((stream) => streams[stream].runId ?? "");
    const servers = await within(options.redis.primaries(), timeoutMs);
    await reconcileKeys(
      servers.map((command) => timedCommand(command, MAX_PENDING)),
      { local, store, keys: this.#keys, keyPrefix, timeoutMs, runIds, isCurrent, beforeWrite },
    );
  }

  #hasToMark(stream: StreamName): boolean {
    const { streams, owesMarker } = this.#parts.status.state;
    return streams[stream].marker === undefined || (owesMarker && stream === TELLING_STREAM);
  }

  /** @returns whether it was still that server, and the marker that is known. */
  async #mark(stream: StreamName, runId = ""): Promise<boolean> {
    const { status, options, keys } = this.#parts;
    const { marker: from } = status.state.streams[stream];
    const { round } = status.state;
    const to = newMarker();
    status.update((state) => beforeMarker(state, stream, to));
    const change = { key: keys[stream].markerKey, runId, from, to };
    const isSet = await setMarker(this.#command, change, options.commandTimeoutMs);
    const now = performance.now();
    status.update((state) => {
      if (state.round !== round) return state;
      return isSet ? afterMarkerSet(state, stream, now) : afterMarkerRefused(state, stream);
    });
    return isSet;
  }
}
