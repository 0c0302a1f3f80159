import { expect, test } from "vitest";
import { KnownLoss, kindOfLoss, newLossNote } from "../../src/consumer/loss-note.js";

test("a note tells the kind of a loss, and is like no other", () => {
  for (const kind of ["history_lost", "stream_trimmed"] as const) {
    expect(kindOfLoss(newLossNote(kind))).toBe(kind);
    expect(newLossNote(kind)).not.toBe(newLossNote(kind));
  }
  expect(kindOfLoss("by hand")).toBe("history_lost");
});

test("a loss is known since its note was first seen", () => {
  const loss = new KnownLoss();
  expect(loss.see("first", 100)).toBe(0);
  expect(loss.see("first", 400)).toBe(300);
  expect(loss.see("second", 500)).toBe(0);
  expect(loss.see("second", 501)).toBe(1);
  expect(loss.note).toBe("second");
  loss.see(undefined, 600);
  expect(loss.note).toBeUndefined();
  expect(loss.see("second", 700)).toBe(0);
});
