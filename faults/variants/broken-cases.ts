import type { Breach } from "../history/breach.js";
import type { History } from "../history/history.js";
import { IndexedHistory } from "../history/indexed-history.js";
import { lateAcceptances } from "../history/late-acceptances.js";
import { lostRevocations } from "../history/lost-revocations.js";
import type { Fault } from "../plan/fault.js";
import type { InstancePlan } from "../plan/plan.js";
import type { CrashPoint } from "../world/kill-switch.js";
import {
  ACKNOWLEDGES_FIRST,
  BELIEVES_REDIS,
  CACHES,
  FAILS_OPEN,
  FORGETS_FAILED_WRITES,
  NEVER_STALE,
  TAKES_OVER_NOTHING,
} from "./broken.js";
import type { Variation } from "./variation.js";

// However busy the machine is, a fault lasts until its defect had the time that the rules allow, and a
// crash comes at the command at which the defect matters.

const freeze: Fault = { kind: "freeze", ms: 1_500 };
const silence: Fault = { kind: "silence", hit: "all", lines: ["own"], ms: 2_500 };
const slow: Fault = { kind: "slow", hit: "all", lines: ["own"], delayMs: 20, ms: 1_500 };
// Too slow for a question, and not for a write: the consumers are ready all the while.
const slowStore: Fault = { ...slow, lines: ["shared"], delayMs: 150 };
// Some are read when nothing can be written any more.
const memory: Fault = { kind: "memory", ms: 500, burst: 4 };
const flush: Fault = { kind: "flush", command: ["FLUSHALL"] };

const killAt = (point: Omit<CrashPoint, "line" | "after" | "sinceGiven">): Fault => ({
  kind: "crash",
  instance: 0,
  point: { line: "own", after: 0, sinceGiven: true, ...point },
  restartMs: 0,
});
const killAcknowledging = killAt({ command: "XACK", moment: "after" });
const killHolding = killAt({ moment: "before" });

/** Whether there is to be seen what a trial is for. */
type IsShown = (history: History) => boolean;
const letInLate: IsShown = (history) =>
  letsIn(lateAcceptances(new IndexedHistory(history)), "late");
const letInInTheEnd: IsShown = (history) =>
  letsIn(lostRevocations(new IndexedHistory(history)), "lost");
/** Consumers have dealt with all that they can be given by then. */
const allDone: IsShown = ({ revocations, knowledge }) => {
  const written = new Set(
    knowledge.filter(({ kind }) => kind === "written").map(({ target }) => target),
  );
  return revocations.every(
    ({ target, acknowledgedAt }) => acknowledgedAt === undefined || written.has(target),
  );
};

/** A defect, and a fault that shows it. */
export interface BrokenCase {
  readonly name: string;
  readonly variation: Variation;
  readonly kind: InstancePlan["kind"];
  readonly fault: Fault;
  /** Which rule is broken. */
  readonly rule: "late" | "lost";
  readonly isShown: IsShown;
}
export const BROKEN_CASES: readonly BrokenCase[] = [
  {
    name: "a store that fails open",
    variation: FAILS_OPEN,
    kind: "store",
    fault: slowStore,
    rule: "late",
    isShown: letInLate,
  },
  {
    name: "a replica behind which there is something that fails open",
    variation: FAILS_OPEN,
    kind: "replica",
    fault: freeze,
    rule: "late",
    isShown: letInLate,
  },
  {
    name: "a replica that ignores how old it is",
    variation: NEVER_STALE,
    kind: "replica",
    fault: silence,
    rule: "late",
    isShown: letInLate,
  },
  {
    name: "a consumer that acknowledges before it writes",
    variation: ACKNOWLEDGES_FIRST,
    kind: "store",
    fault: killAcknowledging,
    rule: "lost",
    isShown: letInInTheEnd,
  },
  {
    name: "consumers that leave alone what a killed one held",
    variation: TAKES_OVER_NOTHING,
    kind: "store",
    fault: killHolding,
    rule: "lost",
    isShown: letInInTheEnd,
  },
  {
    name: "a consumer that takes a failed write for a written one",
    variation: FORGETS_FAILED_WRITES,
    kind: "store",
    fault: memory,
    rule: "lost",
    isShown: (it) => (Number.isFinite(it.healedAt) ? letInInTheEnd : allDone)(it),
  },
  {
    name: "a cache before the store",
    variation: CACHES,
    kind: "store",
    fault: slow,
    rule: "late",
    isShown: letInLate,
  },
  {
    name: "a replica that believes an emptied Redis",
    variation: BELIEVES_REDIS,
    kind: "replica",
    fault: flush,
    rule: "late",
    isShown: letInLate,
  },
];

/**
 * Whether a rule is broken by letting somebody in. A busy machine may leave somebody without an answer: that
 * would be no sign of the defect.
 */
export function letsIn(breaches: readonly Breach[], rule: BrokenCase["rule"]): boolean {
  return breaches.some((each) => each.rule === rule && each.detail.startsWith("accepted"));
}
