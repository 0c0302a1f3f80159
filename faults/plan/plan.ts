import type { TimedFault } from "./fault.js";

/** What a trial is about. */
export const FAMILIES = [
  "restart with persistence",
  "restart without persistence",
  "frozen",
  "slow",
  "cut",
  "emptied",
  "out of memory",
  "failover",
  "trimmed",
  "killed consumer",
  "clock",
  "mixed",
] as const;
export type Family = (typeof FAMILIES)[number];

/** How one instance is set up. */
export interface InstancePlan {
  readonly kind: "store" | "replica";
  readonly client: "node-redis" | "ioredis";
  readonly maxStalenessMs: number;
  readonly settleMs: number;
}

/** Everything that is decided before a trial: the same for a seed and an index in every run. */
export interface Plan {
  readonly family: Family;
  readonly persistent: boolean;
  readonly hasReplica: boolean;
  readonly instances: readonly InstancePlan[];
  /** How long the producer waits after each event, in milliseconds; again from the first. */
  readonly pausesMs: readonly number[];
  readonly faults: readonly TimedFault[];
}
