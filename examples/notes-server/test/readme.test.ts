import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");

/** What stands in backquotes at the start of a table's rows. */
const namesInTables = (markdown: string) =>
  [...markdown.matchAll(/^\| (?:\w+ )?`([^`]+)`/gm)].map(([, name]) => name);

test("the README names every variable, tool, resource and prompt, and no others", async () => {
  const [readme, notes, ...configs] = await Promise.all(
    ["../README.md", "../src/notes.ts", "../src/config.ts", "../src/redis-config.ts"].map(read),
  );
  const config = configs.join();
  const variables = config.match(/\b(?:CARACAL_[A-Z_]+|HOST|PORT|STATELESS)\b/g) ?? [];
  const items = notes?.matchAll(/^\s+(?:name: "([a-z_]+)"|uri: "([^"]+)"),$/gm) ?? [];
  expect(namesInTables(readme ?? "").sort()).toStrictEqual(
    [...new Set(variables), ...[...items].map(([, name, uri]) => name ?? uri)].sort(),
  );
});
