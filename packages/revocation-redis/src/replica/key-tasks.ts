import { type TimedCommand, timedCommand } from "../commands/timed-command.js";
import type { RedisRevocationStore } from "../store/redis-revocation-store.js";
import { RevocationKeys } from "../store/revocation-keys.js";
import { newMarker, setMarker } from "./history-marker.js";
import type { LocalRevocations } from "./local-revocations.js";
import { reconcileKeys } from "./reconcile-keys.js";
import type { CapturedReplicaOptions } from "./replica-options.js";
import {
  afterLostRace,
  afterMarkerRefused,
  afterSnapshot,
  afterSnapshotBegan,
  afterSnapshotFailed,
  beforeMarker,
  beforeWrites,
  STREAMS,
  type StreamName,
} from "./replica-state.js";
import type { ReplicaStatus } from "./replica-status.js";
import { within } from "./within.js";

/** A bound on what waits in the client, far above what is ever under way. */
const MAX_PENDING = 1_000;

/** The parts of a replica that its tasks work on. */
export interface KeyTaskParts {
  readonly options: CapturedReplicaOptions;
  readonly status: ReplicaStatus;
  readonly local: LocalRevocations;
  readonly store: RedisRevocationStore;
  /** The key of each stream's marker. */
  readonly markerKeys: Readonly<Record<StreamName, string>>;
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
    const { status } = this.#parts;
    for (const stream of STREAMS) {
      const { marker, runId } = status.state.streams[stream];
      if (marker !== undefined) continue;
      const isSet = await this.#mark(stream, runId);
      if (!isSet) status.update((state) => afterMarkerRefused(state, stream));
    }
  }

  /** Takes over what came into the keys past the streams, and writes what they have lost. */
  async reconcile(): Promise<void> {
    this.#parts.local.unmark();
    await this.#reconcile(this.#isCurrent(), () => {});
  }

  #isCurrent(): () => boolean {
    const { status } = this.#parts;
    const { round } = status.state;
    return () => status.isRunning && status.state.round === round;
  }

  async #reconcile(isCurrent: () => boolean, beforeWrite: () => void): Promise<void> {
    const { options, local, store } = this.#parts;
    const { keyPrefix, commandTimeoutMs: timeoutMs } = options;
    const servers = await within(options.redis.primaries(), timeoutMs);
    await reconcileKeys(
      servers.map((command) => timedCommand(command, MAX_PENDING)),
      { local, store, keys: this.#keys, keyPrefix, timeoutMs, isCurrent, beforeWrite },
    );
  }

  /** One stream's marker is enough to tell of what was written. */
  #hasToMark(stream: StreamName): boolean {
    const { streams, owesMarker } = this.#parts.status.state;
    return streams[stream].marker === undefined || (owesMarker && stream === "revocations");
  }

  /** @returns whether it was still that server, and the marker that is known. */
  #mark(stream: StreamName, runId = ""): Promise<boolean> {
    const { status, options, markerKeys } = this.#parts;
    const { marker: from } = status.state.streams[stream];
    const to = newMarker();
    status.update((state) => beforeMarker(state, stream, to));
    const change = { key: markerKeys[stream], runId, from, to };
    return setMarker(this.#command, change, options.commandTimeoutMs);
  }
}
