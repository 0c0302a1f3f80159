import { readFileSync } from "node:fs";
import process from "node:process";
import { answers } from "@caracalai/transport-mcp";
import { expect, test, vi } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const readme = read("../README.md");

test("the README's snippets are files that run", () => {
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toEqual([read("snippets/handle.ts"), read("mcp-sdk/snippets/protect.ts")]);
});

test("the snippet prints what it says", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const notice = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await import("./snippets/handle.js");
  const printed = log.mock.calls.map((words) => words.join(" "));
  log.mockRestore();
  notice.mockRestore();

  const said = [...read("snippets/handle.ts").matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line);
  expect(printed.map((line, index) => line.startsWith(`${said[index]}`.replace("…", "")))).toEqual(
    said.map(() => true),
  );
});

test("the README's table of codes is the table in the source", () => {
  const rows = [...readme.matchAll(/^\| `(\w+)` +\| (\d+) +\| (?:`error="(\w+)"`|none)/gm)];
  expect(
    Object.fromEntries(rows.map(([, code, status, error]) => [code, [status, error]])),
  ).toEqual(
    Object.fromEntries(
      Object.entries(answers).map(([code, { status, error }]) => [
        code,
        [`${status}`, error ?? undefined],
      ]),
    ),
  );
});
