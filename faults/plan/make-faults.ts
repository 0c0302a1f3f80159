import { between, type Choices, once, oneOf } from "../../fuzz/support/choices.js";
import type { Line } from "../world/kill-switch.js";
import type { Fault, Hit, TimedFault } from "./fault.js";
import type { Family } from "./plan.js";

type MakeFault = (choices: Choices, instances: number) => Fault;

const LINES: readonly (readonly Line[])[] = [["shared"], ["own"], ["shared", "own"]];

const hit = (choices: Choices, instances: number): Hit =>
  once(choices, 3) ? "all" : choices.below(instances);

const restart: MakeFault = (choices) => ({ kind: "restart", downMs: between(choices, 0, 1_500) });

const freeze: MakeFault = (choices) => ({ kind: "freeze", ms: between(choices, 100, 2_600) });

const slow: MakeFault = (choices, instances) => ({
  kind: "slow",
  hit: hit(choices, instances),
  lines: oneOf(choices, LINES),
  delayMs: oneOf(choices, [15, 60, 150, 400, 1_200]),
  ms: between(choices, 800, 2_600),
});

const silence: MakeFault = (choices, instances) => ({
  kind: "silence",
  hit: hit(choices, instances),
  lines: oneOf(choices, LINES),
  ms: between(choices, 300, 2_600),
});

const cut: MakeFault = (choices, instances) => ({
  kind: "cut",
  hit: hit(choices, instances),
  lines: oneOf(choices, LINES),
  afterBytes: choices.below(oneOf(choices, [1, 40, 400, 4_000])),
});

const flush: MakeFault = (choices) => ({
  kind: "flush",
  command: oneOf(choices, [["FLUSHALL"], ["FLUSHALL", "ASYNC"], ["FLUSHDB"]]),
});

const memory: MakeFault = (choices) => ({ kind: "memory", ms: between(choices, 200, 2_600) });

const failover: MakeFault = (choices, instances) => ({
  kind: "failover",
  lagMs: between(choices, 0, 600),
  old: oneOf(choices, ["killed", "demoted"]),
  gapMs: between(choices, 0, 250),
  repointMs: Array.from({ length: instances }, () => between(choices, 0, 500)),
});

const trim: MakeFault = (choices) => ({
  kind: "trim",
  burst: choices.below(8),
  keep: choices.below(4),
});

const crash: MakeFault = (choices, instances) => ({
  kind: "crash",
  instance: choices.below(instances),
  point: {
    line: once(choices, 3) ? "shared" : "own",
    after: choices.below(12),
    moment: oneOf(choices, ["before", "after"]),
  },
  restartMs: between(choices, 0, 800),
});

const clock: MakeFault = (choices) => ({
  kind: "clock",
  of: once(choices, 3) ? "instances" : "server",
  bySeconds: oneOf(choices, [-7_200, -3_600, -60, -2, 2, 60, 1_800]),
  ms: between(choices, 300, 2_000),
});

const LOSING: readonly MakeFault[] = [restart, flush, failover, trim];
const SAFE: readonly MakeFault[] = [freeze, slow, silence, cut, memory, crash, clock];

/** Faults that come one after the other: begin and next begin are this far apart at most. */
const SPREAD_MS = 1_200;

/** The faults of a trial of one family. Redis loses data once at most, so that it is known what. */
export function faultsOf(family: Family, instances: number, choices: Choices): TimedFault[] {
  let at = 0;
  const times = (most: number, ...makes: readonly MakeFault[]): TimedFault[] =>
    Array.from({ length: between(choices, 1, most) }, () => {
      const fault = oneOf(choices, makes)(choices, instances);
      const timed = { at, fault };
      at += choices.below(SPREAD_MS);
      return timed;
    });
  switch (family) {
    case "restart with persistence":
      return times(2, restart);
    case "restart without persistence":
      return times(1, restart);
    case "frozen":
      return times(2, freeze);
    case "slow":
      return times(3, slow, silence);
    case "cut":
      return times(8, cut);
    case "emptied":
      return times(1, flush);
    case "out of memory":
      return times(2, memory);
    case "failover":
      return times(1, failover);
    case "trimmed":
      return [...times(1, silence, slow, crash), ...times(1, trim)];
    case "killed consumer":
      return times(3, crash);
    case "clock":
      return [...times(2, clock), ...times(1, memory, silence, crash, freeze)];
    case "mixed":
      return [...times(2, ...SAFE), ...times(1, ...LOSING), ...times(1, ...SAFE)];
  }
}
