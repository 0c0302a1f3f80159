import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

// The second snippet is a test file of its own, which the test runner finds.
test("the README's snippets are files that run", () => {
  const snippets = [...read("../README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toEqual([read("snippets/in-memory.ts"), read("snippets/own-store.test.ts")]);
});

test("the first snippet prints what it says", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("./snippets/in-memory.js");
  expect(log.mock.calls).toEqual([
    ["new:", "anchor"],
    ["new:", "epoch"],
    [{ revoked: true, delegationEpoch: 7 }],
  ]);
  log.mockRestore();
});
