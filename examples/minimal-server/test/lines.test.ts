import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");
const linesOf = (path: string): string[] => read(path).trimEnd().split("\n");

const protectedServer = linesOf("../src/server.ts");
const unprotected = linesOf("../src/unprotected.ts");

test("the server is 20 lines, blank ones counted, of the width that the repository is held to", () => {
  expect(protectedServer.length).toBeLessThanOrEqual(20);
  expect(Math.max(...protectedServer.map((line) => line.length))).toBeLessThanOrEqual(100);
});

// Counted: lines of the protected server that the unprotected one does not have, new or changed.
test("protection is five lines, and takes away no more than the one that it changes", () => {
  const added = without(protectedServer, unprotected);
  const removed = without(unprotected, protectedServer);
  expect(added.length).toBeLessThanOrEqual(5);
  expect(removed).toStrictEqual([
    'const server = new FastMCP({ name: "minimal", version: "1.0.0" });',
  ]);
  // What both have is in the same order: a diff shows nothing else.
  const common = (lines: string[]) =>
    lines.filter((line) => ![...added, ...removed].includes(line));
  expect(common(protectedServer)).toStrictEqual(common(unprotected));
});

test("the README shows the server as it is", () => {
  const snippets = [...read("../README.md").matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code);
  expect(snippets).toStrictEqual([read("../src/server.ts")]);
});

/** The lines of one that are not in the other; of equal ones, as many as there are more. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
