import { expect, test } from "vitest";
import type { Fault } from "./fault.js";
import { makePlan } from "./make-plan.js";
import { FAMILIES } from "./plan.js";

const plans = Array.from({ length: 200 * FAMILIES.length }, (_, index) => makePlan(7, index));
const faultsOf = (index: number): readonly Fault[] =>
  (plans[index]?.faults ?? []).map(({ fault }) => fault);

test("a plan is the same for a seed and an index, and another one for others", () => {
  expect(makePlan(7, 11)).toEqual(makePlan(7, 11));
  expect(makePlan(7, 11)).not.toEqual(makePlan(7, 11 + FAMILIES.length));
  expect(makePlan(7, 11)).not.toEqual(makePlan(8, 11));
  expect(JSON.parse(JSON.stringify(makePlan(7, 11)))).toEqual(makePlan(7, 11));
});

test("families take turns, and each has faults of its own", () => {
  expect(plans.slice(0, FAMILIES.length).map(({ family }) => family)).toEqual(FAMILIES);
  const kinds = new Map(FAMILIES.map((family) => [family, new Set<string>()]));
  for (const [index, { family }] of plans.entries()) {
    for (const { kind } of faultsOf(index)) kinds.get(family)?.add(kind);
  }
  expect(
    Object.fromEntries([...kinds].map(([family, found]) => [family, [...found].sort()])),
  ).toEqual({
    "restart with persistence": ["restart"],
    "restart without persistence": ["restart"],
    frozen: ["freeze"],
    slow: ["silence", "slow"],
    cut: ["cut"],
    emptied: ["flush"],
    "out of memory": ["memory"],
    failover: ["failover"],
    trimmed: ["crash", "silence", "slow", "trim"],
    "killed consumer": ["crash"],
    clock: ["clock", "crash", "freeze", "memory", "silence"],
    mixed: [
      "clock",
      "crash",
      "cut",
      "failover",
      "flush",
      "freeze",
      "memory",
      "restart",
      "silence",
      "slow",
      "trim",
    ],
  });
});

test("stores and replicas, both client libraries and all crash points come up", () => {
  const instances = plans.flatMap((plan) => plan.instances);
  for (const [key, values] of [
    ["kind", ["replica", "store"]],
    ["client", ["ioredis", "node-redis"]],
    ["maxStalenessMs", [1_000, 5_000]],
  ] as const) {
    expect([...new Set(instances.map((instance) => instance[key]))].sort()).toEqual(values);
  }
  const points = plans.flatMap(({ faults }) =>
    faults.flatMap(({ fault }) => (fault.kind === "crash" ? [fault.point] : [])),
  );
  const places = new Set(points.map(({ line, moment, after }) => `${line} ${moment} ${after}`));
  expect(places.size).toBe(2 * 2 * 12);
});

test("Redis loses data once in a trial at most", () => {
  for (const [index, { persistent }] of plans.entries()) {
    const losing = faultsOf(index).filter(
      ({ kind }) =>
        ["flush", "failover", "trim"].includes(kind) || (kind === "restart" && !persistent),
    );
    expect(losing.length).toBeLessThanOrEqual(1);
  }
});
