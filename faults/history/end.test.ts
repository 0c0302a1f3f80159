import { describe, expect, test } from "vitest";
import type { History, Loss } from "./history.js";
import { judgeTrial } from "./judge-trial.js";
import { answer, final, historyOf, instance } from "./test-history.js";

/** What is wrong in the end; target 1 was revoked at 100. */
function wrongIn(parts: Partial<History>): string[] {
  const revocations = [{ target: 1, attemptedAt: 90, acknowledgedAt: 100 }];
  return judgeTrial(historyOf({ revocations, ...parts })).map(
    ({ rule, instance: name, detail }) => `${rule}: ${name} ${detail}`,
  );
}

const emptied: Loss = { kind: "emptied", from: 500, to: 600 };
const behind: Loss = { kind: "behind", from: 500, to: 600, safeBefore: 50 };
const knowledge = [{ kind: "replica", instance: "two", target: 1, at: 110 } as const];
const two = [instance(), instance({ name: "two" })];
const stores = [instance({ kind: "store" })];

describe("a revocation that was acknowledged", () => {
  test("is in force in the end", () => {
    expect(wrongIn({ answers: [answer("accepted", 200), answer("refused", 9_000)] })).toEqual([]);
    expect(wrongIn({ answers: [answer("refused", 200), answer("accepted", 1_050)] })).toEqual([
      "lost: one accepted in the end",
    ]);
    expect(wrongIn({ answers: [answer("unavailable", 9_000)] })).toEqual([
      "lost: one unavailable in the end",
    ]);
  });

  test("is in force at each instance that lives, and was asked about there", () => {
    const answers = [answer("refused", 9_000)];
    expect(wrongIn({ instances: two, answers })).toEqual(["lost: two never asked about"]);
    const instances = [instance(), instance({ name: "two", diedAt: 400 })];
    expect(wrongIn({ instances, answers })).toEqual([]);
  });

  test("may be gone with Redis, as far as a replica goes, where no other replica has it", () => {
    const answers = [answer("accepted", 9_000), answer("accepted", 9_000, { instance: "two" })];
    expect(wrongIn({ answers: answers.slice(0, 1), losses: [emptied] })).toEqual([]);
    expect(wrongIn({ instances: two, answers, losses: [emptied], knowledge })).toContain(
      "lost: one accepted in the end, though a replica knows of it",
    );
    const later = { ...emptied, from: 20, to: 80 };
    expect(wrongIn({ answers: answers.slice(0, 1), losses: [later] })).toContain(
      "lost: one accepted in the end",
    );
  });

  test("may be gone with Redis, as far as the shared store goes, where the instance says so", () => {
    const parts = { instances: stores, losses: [emptied] };
    const told = [answer("accepted", 9_000, { readyBefore: false })];
    expect(wrongIn({ ...parts, answers: told })).toEqual([]);
    expect(wrongIn({ ...parts, answers: [answer("accepted", 9_000)] })).toContain(
      "lost: one accepted in the end",
    );
    const unknowable = { ...parts, losses: [behind], answers: [answer("accepted", 9_000)] };
    expect(wrongIn(unknowable)).toEqual([]);
    const read = [{ kind: "read", instance: "one", target: 1, at: 110 } as const];
    expect(wrongIn({ ...unknowable, knowledge: read })).toContain("lost: one accepted in the end");
  });
});

describe("once everything is healthy", () => {
  const nothing = { revocations: [] };

  test("every instance is ready", () => {
    expect(wrongIn({ ...nothing, final: [final()] })).toEqual([]);
    expect(wrongIn({ ...nothing, final: [final({ ready: false })] })).toEqual([
      "recovery: one not ready in the end: {}",
    ]);
  });

  test("but for the shared store where events were lost", () => {
    const unready = [final({ ready: false, knowsOfLoss: true })];
    const parts = { ...nothing, final: unready };
    expect(wrongIn({ ...parts, instances: stores, losses: [emptied] })).toEqual([]);
    expect(wrongIn({ ...parts, instances: stores })).toEqual([
      "recovery: one says that events were lost",
    ]);
    expect(wrongIn({ ...parts, losses: [emptied] })).toHaveLength(1);
  });

  test("but for a replica of an emptied Redis whose history none that lives knows", () => {
    const unready = [final({ instance: "new", ready: false, lacksHistory: true })];
    const [elder, newcomer] = [instance({ diedAt: 400 }), instance({ name: "new", bornAt: 450 })];
    const answers = [
      answer("accepted", 80),
      answer("unavailable", 9_000, { instance: "new", readyBefore: false, readyAfter: false }),
    ];
    const revocations = [{ target: 1, attemptedAt: 690, acknowledgedAt: 700 }];
    const instances = [elder, newcomer];
    const parts = { instances, revocations, answers, losses: [emptied], final: unready };
    expect(wrongIn(parts)).toEqual([]);
    expect(wrongIn({ ...parts, revocations: [] })).toEqual([]);
    // It says that it is not ready for another reason; Redis was not emptied; the elder lives, or the
    // newcomer was ready before that: then it has to recover.
    const ready = answer("accepted", 480, { instance: "new" });
    for (const other of [
      { final: [final({ instance: "new", ready: false })] },
      { losses: [] },
      { losses: [behind] },
      { instances: [instance(), newcomer], answers: [...answers, answer("refused", 9_000)] },
      { answers: [...answers, ready] },
    ]) {
      expect(wrongIn({ ...parts, ...other })).toHaveLength(2);
    }
    const letIn = [...answers.slice(0, 1), answer("accepted", 9_000, { instance: "new" })];
    expect(wrongIn({ ...parts, answers: letIn })).toContain("lost: new accepted in the end");
  });

  test("but for a replica that says that events were lost, where they were trimmed", () => {
    const unready = [final({ ready: false, lacksEvents: true })];
    const trimmed: Loss = { kind: "trimmed", from: 500, to: 600 };
    expect(wrongIn({ ...nothing, final: unready, losses: [trimmed] })).toEqual([]);
    expect(wrongIn({ ...nothing, final: unready, losses: [emptied] })).toHaveLength(1);
    expect(wrongIn({ ...nothing, final: unready })).toHaveLength(1);
  });

  test("what such a replica has heard of, the shared store may lack, where the instance says so", () => {
    const store = instance({ name: "store", kind: "store" });
    const newcomer = instance({ name: "new", bornAt: 450 });
    const told = { instance: "store", readyBefore: false, readyAfter: false };
    const parts = {
      instances: [store, newcomer],
      losses: [emptied],
      knowledge: [{ kind: "replica", instance: "new", target: 1, at: 480 } as const],
      answers: [
        answer("accepted", 9_000, told),
        answer("unavailable", 9_000, { ...told, instance: "new" }),
      ],
      final: [
        final({ instance: "store", ready: false, knowsOfLoss: true }),
        final({ instance: "new", ready: false, lacksHistory: true }),
      ],
    };
    expect(wrongIn(parts)).toEqual([]);
    const silent = [answer("accepted", 9_000, { instance: "store" }), ...parts.answers.slice(1)];
    expect(wrongIn({ ...parts, answers: silent })).toContain("lost: store accepted in the end");
    const knowing = [parts.final[0], final({ instance: "new" })].filter((it) => it !== undefined);
    expect(wrongIn({ ...parts, final: knowing })).toContain(
      "lost: store accepted in the end, though a replica knows of it",
    );
  });

  test("whoever was not revoked is let in", () => {
    expect(wrongIn({ ...nothing, answers: [answer("accepted", 9_000)] })).toEqual([]);
    expect(wrongIn({ ...nothing, answers: [answer("unavailable", 9_000)] })).toEqual([
      "recovery: one unavailable, and not revoked",
    ]);
  });
});

test("nobody is refused before the revocation was asked for, and no answer is of another kind", () => {
  const rest = answer("refused", 9_000);
  expect(wrongIn({ answers: [answer("refused", 90), rest] })).toEqual([]);
  expect(wrongIn({ answers: [answer("refused", 80), rest] })).toEqual([
    "strange: one refused, and not revoked",
  ]);
  expect(
    wrongIn({ answers: [answer("other", 95, { detail: "invalid_token/key" }), rest] }),
  ).toEqual(["strange: one another answer: invalid_token/key"]);
});
