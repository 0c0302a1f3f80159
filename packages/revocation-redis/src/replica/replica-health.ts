import type { ReplicaProblem } from "./replica-readiness.js";
import type { RoundReason } from "./replica-state.js";

/** Why a replica is not ready. With `lagging` alone, it answers all the same. */
export type ReplicaHealthProblem = ReplicaProblem | "lagging" | "stopped";

/** How a replica is, for a health check and for operators. Names nothing that was revoked. */
export interface ReplicaHealth {
  /** Whether it answers, and knows all that was revoked more than a second ago. */
  readonly ready: boolean;
  /**
   * Why it is not ready: `stopped` (or not started), `synchronising`, `stale` (no proof that is younger
   * than `maxStalenessMs`), `unknown_history` (nobody has marked this Redis yet), `events_lost` (entries
   * were removed from a stream before anybody who is known of had read them), `full`; and `lagging`,
   * where it answers, though its latest proof is more than a second old. Missing where it is ready.
   */
  readonly problem?: ReplicaHealthProblem | undefined;
  /** How old the latest proof is that nothing was missed, in milliseconds; missing where there is none. */
  readonly stalenessMs?: number | undefined;
  /** How many anchors and zones are held; ended ones count until their memory is needed. */
  readonly entries: number;
  /** How often the replica had to begin anew, and why the last time. */
  readonly resynchronisations: number;
  readonly lastBreak?: RoundReason | undefined;
  /** How many events were not believed or not understood. The consumer sets them aside. */
  readonly ignoredEvents: number;
  /**
   * How many of them have a signature of none of the keys. Where there are any, `signatureKeys` may not
   * be those that producers sign with.
   */
  readonly wrongSignatures: number;
  /** What went wrong last, in a sentence. */
  readonly lastError?: string | undefined;
}
