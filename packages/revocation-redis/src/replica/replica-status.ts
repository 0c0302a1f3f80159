import { ReplicaNotReadyError } from "./replica-not-ready-error.js";
import { type ReplicaProblem, readinessOf } from "./replica-readiness.js";
import { INITIAL_STATE, type ReplicaPace, type ReplicaState, STREAMS } from "./replica-state.js";

const NEVER = Number.NEGATIVE_INFINITY;

/** The state of a replica as it is by now, and what follows from it for those who ask and wait. */
export class ReplicaStatus {
  readonly #pace: ReplicaPace;
  readonly #onNewRound: () => void;
  readonly #waiting = new Set<() => void>();
  #state: ReplicaState = INITIAL_STATE;
  #isRunning = false;
  #readyUntil: number = NEVER;
  #problem: ReplicaProblem | undefined;

  constructor(pace: ReplicaPace, onNewRound: () => void) {
    this.#pace = pace;
    this.#onNewRound = onNewRound;
  }

  get state(): ReplicaState {
    return this.#state;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  run(): void {
    this.#isRunning = true;
    this.update((state) => state);
  }

  stop(): void {
    this.#isRunning = false;
    this.#readyUntil = NEVER;
    this.#release();
  }

  update(change: (state: ReplicaState) => ReplicaState): void {
    const { round } = this.#state;
    this.#state = change(this.#state);
    if (this.#state.round !== round) this.#onNewRound();
    const readiness = readinessOf(this.#state, this.#pace);
    this.#problem = readiness.problem;
    this.#readyUntil = this.#isRunning ? (readiness.until ?? NEVER) : NEVER;
    if (this.problemAt(performance.now()) === undefined) this.#release();
  }

  /** Why the replica does not answer at a time of the monotonic clock; nothing where it does. */
  problemAt(now: number): ReplicaProblem | "stopped" | undefined {
    if (now <= this.#readyUntil) return undefined;
    return this.#isRunning ? (this.#problem ?? "stale") : "stopped";
  }

  /** @throws ReplicaNotReadyError where the replica does not answer. */
  requireReady(now: number): void {
    const problem = this.problemAt(now);
    if (problem !== undefined) throw new ReplicaNotReadyError(problem);
  }

  /** Resolves when the replica answers, and rejects where it does not within `timeoutMs`. */
  async untilReady(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
      this.#waiting.add(resolve);
      this.update((state) => state);
    });
    clearTimeout(timer);
    this.requireReady(performance.now());
  }

  /** How old the proof is that counts, in milliseconds; nothing where there is none. */
  stalenessAt(now: number): number | undefined {
    const proofs = STREAMS.map((stream) => this.#state.streams[stream].provenAt ?? NEVER);
    const oldest = Math.min(...proofs);
    return oldest === NEVER ? undefined : now - oldest;
  }

  #release(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
