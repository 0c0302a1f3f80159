import { MandateError } from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
import { MandateEnd } from "../src/mandate-end.js";

const reasonOf = (description: string) =>
  new MandateError({
    code: "session_revoked",
    check: "revocation",
    description,
    hint: "",
  });
const [first, second] = [reasonOf("first"), reasonOf("second")];

test("a signal that was asked for before is aborted, with the first reason", () => {
  const ended = new MandateEnd();
  const { signal } = ended;
  expect([signal.aborted, ended.reason]).toEqual([false, undefined]);
  ended.end(first);
  ended.end(second);
  expect(ended.signal).toBe(signal);
  expect([signal.aborted, signal.reason, ended.reason]).toEqual([true, first, first]);
});

test("a signal that is asked for afterwards is aborted from the start", () => {
  const ended = new MandateEnd();
  ended.end(first);
  ended.end(second);
  expect([ended.signal.aborted, ended.signal.reason]).toEqual([true, first]);
});
