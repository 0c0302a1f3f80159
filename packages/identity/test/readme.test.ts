import { readFileSync } from "node:fs";
import process from "node:process";
import { expect, test, vi } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

test("the README's snippet is a file that runs and prints what it says", async () => {
  const snippets = [...read("../README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toEqual([read("snippets/verify.ts")]);

  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const notice = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await import("./snippets/verify.js");
  const printed = log.mock.calls;
  log.mockRestore();
  notice.mockRestore();
  expect(printed).toEqual([["user-1"], ["insufficient_scope", "-", "Missing scope: notes:write"]]);
});
