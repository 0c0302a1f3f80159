import type { ReplicaProblem } from "./replica-readiness.js";
import type { RoundReason } from "./replica-state.js";

/** How a replica is, for a health check and for operators. Names nothing that was revoked. */
export interface ReplicaHealth {
  readonly ready: boolean;
  /**
   * Why it does not answer: `stopped` (or not started), `synchronising`, `stale` (no proof that is new
   * enough), `unknown_history` (nobody has marked this Redis yet), `full`. Missing where it is ready.
   */
  readonly problem?: ReplicaProblem | "stopped" | undefined;
  /** How old the latest proof is that nothing was missed, in milliseconds; missing where there is none. */
  readonly stalenessMs?: number | undefined;
  /** How many anchors and zones are held; ended ones count until their memory is needed. */
  readonly entries: number;
  /** How often the replica had to begin anew, and why the last time. */
  readonly resynchronisations: number;
  readonly lastBreak?: RoundReason | undefined;
  /** How many events were not believed or not understood. The consumer sets them aside. */
  readonly ignoredEvents: number;
  /** What went wrong last, in a sentence. */
  readonly lastError?: string | undefined;
}
