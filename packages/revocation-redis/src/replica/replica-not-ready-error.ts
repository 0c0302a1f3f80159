import { RevocationStoreError } from "@caracalai/revocation";
import type { ReplicaProblem } from "./replica-readiness.js";

/** The replica can't show that it knows every revocation, and does not answer. */
export class ReplicaNotReadyError extends RevocationStoreError {
  override readonly name: string = "ReplicaNotReadyError";
  /** As in `ReplicaHealth`. */
  readonly problem: ReplicaProblem | "stopped";

  constructor(problem: ReplicaProblem | "stopped") {
    super(`The revocation replica is not ready (${problem}).`);
    this.problem = problem;
  }
}
