import {
  type RevocationEvent,
  type RevocationQuery,
  type RevocationState,
  type RevocationStore,
  requireEpoch,
  requireName,
  requireTtl,
} from "@caracalai/revocation";
import { RedisRevocationStore } from "../store/redis-revocation-store.js";
import { EventReader } from "./event-reader.js";
import { Listeners } from "./listeners.js";
import { LocalRevocations } from "./local-revocations.js";
import type { ReplicaHealth } from "./replica-health.js";
import {
  type CapturedReplicaOptions,
  captureReplicaOptions,
  type RedisRevocationReplicaOptions,
} from "./replica-options.js";
import { ReplicaStatus } from "./replica-status.js";
import { keysOf } from "./stream-keys.js";
import { Synchroniser } from "./synchroniser.js";

/**
 * All revocations of a Redis or Valkey in the memory of one instance: a verification needs no round
 * trip. It follows both streams (wire format, "Revocation") and answers only while it can show that it
 * has missed nothing for longer than `maxStalenessMs`: otherwise every question throws a
 * `ReplicaNotReadyError`, and the mandate is refused as `verification_unavailable`.
 *
 * What it knows, it never forgets before its time: not when Redis was emptied, restarted or failed
 * over to a server that lacks it. Then it is not ready until it has written what is lacking, and has
 * read what others have.
 */
export class RedisRevocationReplica implements RevocationStore {
  readonly #options: CapturedReplicaOptions;
  readonly #listeners = new Listeners();
  readonly #local: LocalRevocations;
  readonly #status: ReplicaStatus;
  readonly #store: RedisRevocationStore;
  readonly #readers: readonly EventReader[];
  readonly #synchroniser: Synchroniser;
  #isStarted = false;

  /** @throws ConfigurationError where an option is missing, unknown or out of its range. */
  constructor(options: RedisRevocationReplicaOptions) {
    const captured = captureReplicaOptions(options);
    const { redis, trust, streams, keyPrefix, defaultTtlMs, commandTimeoutMs } = captured;
    this.#options = captured;
    this.#local = new LocalRevocations(captured.maxEntries, (event) =>
      this.#listeners.notify(event),
    );
    this.#status = new ReplicaStatus(captured.pace, () => this.#local.unmark());
    this.#store = new RedisRevocationStore({
      redis,
      keyPrefix,
      defaultTtlMs,
      writeTimeoutMs: commandTimeoutMs,
    });
    const readers = {
      revocations: new EventReader("revocations", streams.revocations, trust),
      delegations: new EventReader("delegations", streams.delegations, trust),
    };
    this.#readers = Object.values(readers);
    this.#synchroniser = new Synchroniser({
      options: captured,
      status: this.#status,
      local: this.#local,
      store: this.#store,
      readers,
      keys: {
        revocations: keysOf("revocations", captured),
        delegations: keysOf("delegations", captured),
      },
    });
  }

  /**
   * Whether the replica knows, at this moment, all that was revoked more than a second ago. Where it is
   * not ready it may go on answering: until `maxStalenessMs` after its latest proof.
   */
  get ready(): boolean {
    return this.#status.problemAt(performance.now()) === undefined;
  }

  /**
   * Begins to follow Redis, and resolves when the replica is ready. Rejects with a
   * ReplicaNotReadyError where it is not within `startTimeoutMs`: it goes on trying all the same,
   * until it is stopped, and becomes ready when it can.
   *
   * @throws Error (rejects) where it was started before.
   */
  async start(): Promise<void> {
    if (this.#isStarted) throw new Error("The replica was started before.");
    this.#isStarted = true;
    this.#status.run();
    this.#synchroniser.start();
    await this.#status.untilReady(this.#options.startTimeoutMs);
  }

  /**
   * Ends both connections; from then on, no question is answered. Resolves when nothing is under way
   * any more, and whatever Redis does, within `commandTimeoutMs`. May be repeated. A replica that was
   * stopped is not started again.
   */
  async stop(): Promise<void> {
    this.#isStarted = true;
    this.#status.stop();
    await this.#synchroniser.stop();
  }

  /** How the replica is at this moment. */
  health(): ReplicaHealth {
    const now = performance.now();
    const problem = this.#status.problemAt(now);
    const { round, brokenBy } = this.#status.state;
    return {
      ready: problem === undefined,
      problem,
      stalenessMs: this.#status.stalenessAt(now),
      entries: this.#local.size,
      resynchronisations: round - 1,
      lastBreak: brokenBy,
      ignoredEvents: this.#readers.reduce((sum, { ignored }) => sum + ignored, 0),
      wrongSignatures: this.#readers.reduce((sum, { wrongSignatures }) => sum + wrongSignatures, 0),
      lastError: this.#synchroniser.lastError,
    };
  }

  /**
   * Whether an anchor is revoked.
   *
   * @throws TypeError where the anchor is not a non-empty string.
   * @throws ReplicaNotReadyError where the replica does not answer.
   */
  isRevoked(anchor: string): boolean {
    requireName("anchor", anchor);
    const now = performance.now();
    this.#status.requireAnswers(now);
    return this.#local.isRevoked(anchor, now);
  }

  /**
   * A zone's delegation epoch; 0 where none is known.
   *
   * @throws TypeError where the zone is not a non-empty string.
   * @throws ReplicaNotReadyError where the replica does not answer.
   * @throws RevocationStoreError where the shared store holds something that is no epoch.
   */
  currentDelegationEpoch(zoneId: string): number {
    requireName("zoneId", zoneId);
    const now = performance.now();
    this.#status.requireAnswers(now);
    return this.#local.epochOf(zoneId, now);
  }

  /** Answers for all anchors and the epoch at once. Throws as the single questions do. */
  check({ anchors, zoneId }: RevocationQuery): RevocationState {
    const now = performance.now();
    this.#status.requireAnswers(now);
    let revoked = false;
    for (const anchor of anchors) {
      requireName("anchor", anchor);
      revoked ||= this.#local.isRevoked(anchor, now);
    }
    if (zoneId === undefined) return { revoked, delegationEpoch: 0 };
    requireName("zoneId", zoneId);
    return { revoked, delegationEpoch: this.#local.epochOf(zoneId, now) };
  }

  /**
   * Revokes an anchor, here at once and in the shared keys; rejects as `RedisRevocationStore` does.
   * Other replicas hear of it when they next read the keys: to be heard within a second, a
   * revocation has to be published as an event.
   *
   * @throws RevocationStoreFullError (rejects) where this replica has no room for it.
   */
  async markRevoked(anchor: string, ttlMs: number = this.#options.defaultTtlMs): Promise<void> {
    requireName("anchor", anchor);
    requireTtl(ttlMs);
    await this.#mark({ kind: "anchor", anchor }, ttlMs, () =>
      this.#store.markRevoked(anchor, ttlMs),
    );
  }

  /** Raises a zone's delegation epoch, as {@link RedisRevocationReplica.markRevoked} does. */
  async markDelegationEpoch(
    zoneId: string,
    epoch: number,
    ttlMs: number = this.#options.defaultTtlMs,
  ): Promise<void> {
    requireName("zoneId", zoneId);
    requireEpoch(epoch);
    requireTtl(ttlMs);
    await this.#mark({ kind: "epoch", zoneId, epoch }, ttlMs, () =>
      this.#store.markDelegationEpoch(zoneId, epoch, ttlMs),
    );
  }

  /**
   * Calls the listener, synchronously and after the entry is stored, once for each anchor newly
   * revoked and for each epoch that grew, wherever that came from. What a listener throws is reported
   * with `console.error`. Each subscription is kept until the returned function is called.
   *
   * @throws TypeError where the listener is not a function.
   */
  subscribe(listener: (event: RevocationEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Whatever of the two fails, the other one is done. */
  async #mark(event: RevocationEvent, ttlMs: number, write: () => Promise<void>): Promise<void> {
    const writing = write();
    const start = performance.now();
    try {
      // Without a mark, so that it is written again where the write fails.
      this.#local.add({ event, expiry: start + ttlMs }, false, start);
    } catch (error) {
      this.#synchroniser.report(error);
      throw error;
    } finally {
      await writing;
    }
  }
}
