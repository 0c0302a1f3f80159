import type { ReplicaHealthProblem } from "./replica-health.js";
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
  #answersUntil: number = NEVER;
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
    this.#answersUntil = NEVER;
    this.#release();
  }

  update(change: (state: ReplicaState) => ReplicaState): void {
    const { round } = this.#state;
    this.#state = change(this.#state);
    if (this.#state.round !== round) this.#onNewRound();
    const readiness = readinessOf(this.#state, this.#pace);
    this.#problem = readiness.problem;
    this.#answersUntil = this.#isRunning ? (readiness.until ?? NEVER) : NEVER;
    this.#readyUntil = readiness.readyUntil ?? NEVER;
    if (this.problemAt(performance.now()) === undefined) this.#release();
  }

  /** Why the replica is not ready at a time of the monotonic clock; nothing where it is. */
  problemAt(now: number): ReplicaHealthProblem | undefined {
    const problem = this.#silenceAt(now);
    return problem ?? (now <= this.#readyUntil ? undefined : "lagging");
  }

  /** @throws ReplicaNotReadyError where the replica does not answer. */
  requireAnswers(now: number): void {
    const problem = this.#silenceAt(now);
    if (problem !== undefined) throw new ReplicaNotReadyError(problem);
  }

  /** Why it does not answer: a while after it was ready the last time. */
  #silenceAt(now: number): ReplicaHealthProblem | undefined {
    if (now <= this.#answersUntil) return undefined;
    return this.#isRunning ? (this.#problem ?? "stale") : "stopped";
  }

  /** Resolves when the replica is ready, and rejects where it does not within `timeoutMs`. */
  async untilReady(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
      this.#waiting.add(resolve);
      this.update((state) => state);
    });
    clearTimeout(timer);
    const problem = this.problemAt(performance.now());
    if (problem !== undefined) throw new ReplicaNotReadyError(problem);
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
