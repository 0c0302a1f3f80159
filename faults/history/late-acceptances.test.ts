import { describe, expect, test } from "vitest";
import type { History, Knowledge, Loss } from "./history.js";
import { judgeTrial } from "./judge-trial.js";
import { answer, historyOf, instance } from "./test-history.js";

/** What is wrong with answers about target 1, which was revoked at 100. */
function lateIn(parts: Partial<History>): string[] {
  const revocations = [{ target: 1, attemptedAt: 90, acknowledgedAt: 100 }];
  return judgeTrial(historyOf({ revocations, ...parts }))
    .filter(({ rule }) => rule === "late")
    .map(({ detail }) => detail);
}

const known = (parts: Partial<Knowledge> = {}): Knowledge => ({
  kind: "replica",
  instance: "one",
  target: 1,
  at: 110,
  ...parts,
});
const loss = (parts: Partial<Loss> = {}): Loss => ({
  kind: "emptied",
  from: 1_500,
  to: 1_600,
  ...parts,
});
const store = { instances: [instance({ kind: "store" })] };
const two = [instance(), instance({ name: "two" })];

describe.each(["replica", "store"] as const)("a %s", (kind) => {
  const instances = [instance({ kind })];

  test("may let in for a second what was revoked, and not longer", () => {
    expect(lateIn({ instances, answers: [answer("accepted", 1_100)] })).toEqual([]);
    expect(lateIn({ instances, answers: [answer("accepted", 1_101)] })).toEqual([
      "accepted 1001 ms after the revocation",
    ]);
  });

  test("may refuse it or give no answer at any time", () => {
    const answers = [answer("refused", 2_000), answer("unavailable", 3_000)];
    expect(lateIn({ instances, answers })).toEqual([]);
  });

  test("owes nothing where the producer had no reply", () => {
    const revocations = [{ target: 1, attemptedAt: 90 }];
    expect(lateIn({ instances, revocations, answers: [answer("accepted", 9_000)] })).toEqual([]);
  });

  test("has a second from the reply on, not from the attempt", () => {
    const revocations = [{ target: 1, attemptedAt: 90, acknowledgedAt: 900 }];
    expect(lateIn({ instances, revocations, answers: [answer("accepted", 1_800)] })).toEqual([]);
  });
});

describe("a replica", () => {
  test("that is allowed to be older has longer, where it says that it lags", () => {
    const instances = [instance({ boundMs: 5_000 })];
    const lagging = { readyBefore: false, readyAfter: false, isLagging: true };
    expect(lateIn({ instances, answers: [answer("accepted", 5_100, lagging)] })).toEqual([]);
    expect(lateIn({ instances, answers: [answer("accepted", 5_101, lagging)] })).toHaveLength(1);
    expect(lateIn({ instances, answers: [answer("accepted", 1_100)] })).toEqual([]);
    expect(lateIn({ instances, answers: [answer("accepted", 1_101)] })).toHaveLength(1);
  });

  test("lets nothing in while it is not ready, revoked or not", () => {
    const answers = [answer("accepted", 50, { readyBefore: false, target: 7 })];
    expect(lateIn({ answers })).toEqual(["accepted by a replica that was not ready"]);
  });

  test("lets nothing in that it has known to be revoked, also within the second", () => {
    const parts = { knowledge: [known()], losses: [loss({ from: 0, to: 50 })] };
    expect(lateIn({ ...parts, answers: [answer("accepted", 105)] })).toEqual([]);
    expect(lateIn({ ...parts, answers: [answer("accepted", 120)] })).toEqual([
      "accepted by a replica that had known the revocation",
    ]);
  });

  test("is not excused by a machine that was too busy", () => {
    const stalls = [{ at: 200, ms: 500 }];
    expect(lateIn({ stalls, answers: [answer("accepted", 1_200)] })).toHaveLength(1);
  });

  test("is excused where Redis has lost it before anybody had read it", () => {
    expect(lateIn({ losses: [loss()], answers: [answer("accepted", 2_000)] })).toEqual([]);
    expect(lateIn({ losses: [loss()], answers: [answer("accepted", 1_400)] })).toHaveLength(1);
  });

  test("is not excused where another one knew of it and could have written it", () => {
    const parts = { instances: two, losses: [loss()], answers: [answer("accepted", 2_000)] };
    const knowledge = [known({ instance: "two" })];
    const expected = ["accepted after a loss, though two knew of the revocation"];
    expect(lateIn({ ...parts, knowledge })).toEqual(expected);

    const impairments = [{ instance: "two", from: 1_900, to: 3_000 }];
    expect(lateIn({ ...parts, knowledge, impairments })).toEqual([]);
    const stalls = [{ at: 1_500, ms: 501 }];
    expect(lateIn({ ...parts, knowledge, stalls })).toEqual([]);
    expect(lateIn({ ...parts, knowledge, stalls: [{ at: 1_400, ms: 400 }] })).toEqual(expected);
    const dead = [instance(), instance({ name: "two", diedAt: 1_700 })];
    expect(lateIn({ ...parts, knowledge, instances: dead })).toEqual([]);
    const later = [known({ instance: "two", at: 1_550 })];
    expect(lateIn({ ...parts, knowledge: later })).toEqual([]);
  });
});

describe("the shared store", () => {
  test("is excused while its instance says that it is not ready", () => {
    const answers = [
      answer("accepted", 2_000, { readyBefore: false }),
      answer("accepted", 2_000, { readyAfter: false }),
    ];
    expect(lateIn({ ...store, answers })).toEqual([]);
  });

  test("is given the time in which nothing ran, before the second was over", () => {
    const stalls = [
      { at: 200, ms: 500 },
      { at: 5_000, ms: 4_000 },
    ];
    const lateAt = (at: number) => lateIn({ ...store, stalls, answers: [answer("accepted", at)] });
    expect(lateAt(1_600)).toEqual([]);
    expect(lateAt(1_601)).toHaveLength(1);
    expect(lateAt(9_500)).toHaveLength(1);
  });

  test("has a second to notice a loss", () => {
    const parts = { ...store, losses: [loss()] };
    expect(lateIn({ ...parts, answers: [answer("accepted", 2_600)] })).toEqual([]);
    expect(lateIn({ ...parts, answers: [answer("accepted", 2_601)] })).toEqual([
      "accepted 2501 ms after the revocation, a loss of which nobody says anything",
    ]);
  });

  test("is excused where nobody can know that a promoted server was behind", () => {
    const behind = loss({ kind: "behind", safeBefore: 50 });
    const parts = { ...store, losses: [behind], answers: [answer("accepted", 9_000)] };
    expect(lateIn(parts)).toEqual([]);
    expect(lateIn({ ...parts, knowledge: [known({ kind: "read" })] })).toHaveLength(1);
    const safe = { ...behind, safeBefore: 101 };
    expect(lateIn({ ...parts, losses: [safe] })).toHaveLength(1);
  });

  test("is not excused by a trim where the key was written before", () => {
    const trimmed = loss({ kind: "trimmed" });
    const parts = { ...store, losses: [trimmed], answers: [answer("accepted", 2_000)] };
    expect(lateIn(parts)).toEqual([]);
    expect(lateIn({ ...parts, knowledge: [known({ kind: "written" })] })).toHaveLength(1);
  });
});
