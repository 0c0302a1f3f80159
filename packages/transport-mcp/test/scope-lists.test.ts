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
});

test("no more than 1,024 are kept, and what comes out is right all the same", () => {
  const first = listOf("kept first");
  for (let count = 0; count < 1_024; count += 1) listOf(`kept ${count}`);
  expect(listOf("kept first")).not.toBe(first);
  expect(listOf("kept first")).toStrictEqual(first);
  expect(listOf("kept 0")).toStrictEqual(["kept", "0"]);
});

test("of very many scopes, no more are kept than take half a MiB", () => {
  const scopes = (first: number) => Array.from({ length: 160 }, (_, at) => first + at).join(" ");
  const lists = Array.from({ length: 80 }, (_, count) => listOf(scopes(10_000 + 1_000 * count)));
  // 160 scopes take some 8.5 KB: after sixty lists, all were dropped once.
  expect(listOf(scopes(10_000))).not.toBe(lists[0]);
  expect(listOf(scopes(10_000))).toStrictEqual(lists[0]);
  expect(listOf(scopes(89_000))).toBe(lists[79]);
});
