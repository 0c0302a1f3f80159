import { between, type Choices, once, oneOf, SeededChoices } from "../../fuzz/support/choices.js";
import type { TimedFault } from "./fault.js";
import { faultsOf } from "./make-faults.js";
import { FAMILIES, type Family, type InstancePlan, type Plan } from "./plan.js";

/** The plan of one trial; families take turns. */
export function makePlan(seed: number, index: number): Plan {
  return planOf(FAMILIES[index % FAMILIES.length] ?? "mixed", new SeededChoices(seed, index));
}

/** The plan of one trial of a family. */
export function planOf(family: Family, choices: Choices): Plan {
  const count = between(choices, 2, 3);
  const instances = Array.from({ length: count }, () => instancePlan(choices));
  const faults = faultsOf(family, count, choices);
  return {
    family,
    persistent: family === "restart with persistence" || (survives(faults) && once(choices, 4)),
    hasReplica: faults.some(({ fault }) => fault.kind === "failover"),
    instances,
    pausesMs: Array.from({ length: 32 }, () => pauseMs(choices)),
    faults,
  };
}

/** Whether a server that keeps its data makes no other fault of this one. */
function survives(faults: readonly TimedFault[]): boolean {
  return faults.every(({ fault }) => fault.kind !== "restart");
}

function instancePlan(choices: Choices): InstancePlan {
  return {
    kind: choices.below(5) < 2 ? "store" : "replica",
    client: oneOf(choices, ["node-redis", "ioredis"]),
    // The default, 5 seconds, is longer than most of the faults: with it, less would be seen.
    maxStalenessMs: once(choices, 8) ? 5_000 : 1_000,
    settleMs: oneOf(choices, [1_000, 2_000]),
  };
}

/** Events come one by one, and in bursts. */
function pauseMs(choices: Choices): number {
  return once(choices, 3) ? between(choices, 0, 4) : between(choices, 10, 120);
}
