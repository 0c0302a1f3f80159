import type { Mandate } from "@caracalai/identity";
import { expect, test } from "vitest";
import { scopeListOf } from "../src/principal.js";

const listOf = (scope: string | undefined) => scopeListOf({ scope } as Mandate);

test("mandates of one scope claim share one frozen list", () => {
  const list = listOf("shared a");
  expect(list).toStrictEqual(["shared", "a"]);
  expect(Object.isFrozen(list)).toBe(true);
  expect(listOf("shared a")).toBe(list);
  expect(listOf("a shared")).not.toBe(list);
  expect(listOf(undefined)).toBe(listOf(""));
});

test("long ones are split each time", () => {
  const scope = "s".repeat(1_025);
  expect(listOf(scope)).toStrictEqual([scope]);
  expect(listOf(scope)).not.toBe(listOf(scope));
  expect(Object.isFrozen(listOf(scope))).toBe(true);
  expect(listOf("s".repeat(1_024))).toBe(listOf("s".repeat(1_024)));
});

/** One scope, or many that take 8 KiB by estimate: 200 bytes, 2 for each character, 40 for each scope. */
const few = (count: number) => `few ${count}`;
const many = (count: number) =>
  [`${count}`.padStart(4, "0"), ...Array<string>(158).fill("many"), "s"].join(" ");

test.each([
  ["no more than 1,024", 1_024, few],
  ["of very many scopes, no more than take half a MiB", 64, many],
])("%s are kept, and what comes out is right all the same", (_, room, scopeOf) => {
  // Until all before are dropped: then the last one is there, and the first one again.
  const first = listOf(scopeOf(0));
  let last = 1;
  for (; last < 3_000; last += 1) {
    listOf(scopeOf(last));
    if (listOf(scopeOf(0)) !== first) break;
  }

  const others = Array.from({ length: room - 2 }, (_unused, at) => scopeOf(last + 1 + at));
  const scopes = [scopeOf(0), scopeOf(last), ...others];
  const lists = scopes.map(listOf);
  expect(scopes.every((scope, at) => listOf(scope) === lists[at])).toBe(true);

  const next = listOf(scopeOf(9_999));
  expect(listOf(scopeOf(0))).not.toBe(lists[0]);
  expect(listOf(scopeOf(0))).toStrictEqual(lists[0]);
  expect(listOf(scopeOf(9_999))).toBe(next);
});
