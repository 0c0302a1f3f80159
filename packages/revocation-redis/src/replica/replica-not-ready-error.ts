import { RevocationStoreError } from "@caracalai/revocation";
import type { ReplicaHealthProblem } from "./replica-health.js";

/** The replica can't show that it knows every revocation, and does not answer. */
export class ReplicaNotReadyError extends RevocationStoreError {
  override readonly name: string = "ReplicaNotReadyError";
  /** As in `ReplicaHealth`. */
  readonly problem: ReplicaHealthProblem;

  constructor(problem: ReplicaHealthProblem) {
    super(`The revocation replica is not ready (${problem}).`);
    this.problem = problem;
  }
}
