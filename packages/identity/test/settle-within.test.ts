import { andThen, DeadlineError, settleWithin } from "@caracalai/identity";
import { expect, test, vi } from "vitest";

test("what settles in time comes out, and no timer stays", async () => {
  vi.useFakeTimers();
  try {
    await expect(settleWithin(Promise.resolve(1), 1_000)).resolves.toBe(1);
    await expect(settleWithin(Promise.reject(new Error("no")), 1_000)).rejects.toThrow("no");
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test("what does not is a DeadlineError, and its later failure is nobody's", async () => {
  const unhandled = vi.fn();
  process.once("unhandledRejection", unhandled);
  let fail = (_: Error) => {};
  const late = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const error = await settleWithin(late, 10).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(DeadlineError);
  expect(error).toMatchObject({ name: "DeadlineError", message: "No answer within 10 ms" });
  fail(new Error("too late"));
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("andThen goes on at once with a value, and later with a promise", async () => {
  expect(andThen(1, (value) => value + 1)).toBe(2);
  const promise = andThen(Promise.resolve(1), (value) => value + 1);
  expect(promise).toBeInstanceOf(Promise);
  expect(await promise).toBe(2);
  expect(await andThen(1, async (value) => value + 1)).toBe(2);
  await expect(andThen(Promise.reject(new Error("no")), () => 1)).rejects.toThrow("no");
});
