import { afterEach, expect, test, vi } from "vitest";
import { RevokedAnchors } from "../src/revoked-anchors.js";

afterEach(() => {
  vi.useRealTimers();
});

test("anchors are known for 24 hours, and then make room", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const revoked = new RevokedAnchors();
  for (let index = 0; index < 100_000; index += 1) revoked.add(`anchor_${index}`);
  revoked.add("anchor_7");
  expect(() => revoked.add("one more")).toThrow(RangeError);
  expect([revoked.has("anchor_0"), revoked.has("one more")]).toStrictEqual([true, false]);

  vi.advanceTimersByTime(24 * 3_600_000 - 1);
  revoked.add("anchor_9");
  expect(() => revoked.add("one more")).toThrow(RangeError);
  vi.advanceTimersByTime(1);
  revoked.add("one more");
  expect([revoked.has("one more"), revoked.has("anchor_9")]).toStrictEqual([true, true]);
  expect([revoked.has("anchor_0"), revoked.has("anchor_7")]).toStrictEqual([false, false]);
});
