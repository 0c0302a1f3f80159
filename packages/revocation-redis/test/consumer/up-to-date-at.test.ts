import { expect, test } from "vitest";
import { upToDateAt } from "../../src/consumer/up-to-date-at.js";

const clock = (notYetAt: number) => ({ notYetAt: () => notYetAt });
const sentAt = 10_000;

test("with nothing that waits, all is done that came before the read was sent", () => {
  expect(upToDateAt({ oldestId: undefined, oldestMs: 0, sentAt }, clock(0))).toBe(sentAt);
});

test("an event that waits is as old as either clock says", () => {
  const oldestId = "1-0";
  expect(upToDateAt({ oldestId, oldestMs: 300, sentAt }, clock(9_800))).toBe(9_700);
  expect(upToDateAt({ oldestId, oldestMs: 0, sentAt }, clock(9_800))).toBe(9_800);
  expect(upToDateAt({ oldestId, oldestMs: 300, sentAt }, clock(Number.NEGATIVE_INFINITY))).toBe(
    Number.NEGATIVE_INFINITY,
  );
});
