import { expect, test } from "vitest";
import { summaryOf } from "./summary.js";
import { answer, historyOf } from "./test-history.js";

test("a trial in numbers", () => {
  const revocations = [
    { target: 1, attemptedAt: 90, acknowledgedAt: 100 },
    { target: 2, attemptedAt: 90, acknowledgedAt: 100 },
    { target: 3, attemptedAt: 90 },
  ];
  const answers = [
    answer("accepted", 300),
    answer("accepted", 800, { readyAfter: false }),
    answer("accepted", 900, { target: 3 }),
    answer("accepted", 900, { target: 4 }),
    answer("unavailable", 1_000),
    answer("refused", 9_000),
    answer("accepted", 9_000, { target: 2 }),
  ];
  const losses = [{ kind: "emptied", from: 500, to: 600 } as const];
  const stalls = [{ at: 5, ms: 30 }];
  const history = historyOf({ revocations, answers, losses, stalls, healedAt: 8_000 });
  expect(summaryOf(history)).toEqual({
    sent: 3,
    acknowledged: 2,
    gone: 1,
    accepted: 5,
    refused: 1,
    unavailable: 1,
    latestMs: 200,
    healedMs: 2_000,
    stalledMs: 30,
  });
});
