import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { withCounts } from "./generate/count-table.js";
import { generateFiles, generateVectors } from "./generate/generate.js";
import { VECTORS } from "./run/load-vectors.js";

const vectors = generateVectors();
const files = generateFiles(vectors);
const read = (name: string): string => readFileSync(new URL(name, VECTORS), "utf8");

test("the folder holds what is generated, the schema and the README, and nothing else", () => {
  const names = [...files.keys(), "README.md", "schema.json"];
  expect(readdirSync(VECTORS).sort()).toEqual(names.sort());
});

test.each([...files.keys()])("%s is what `make vectors` writes, to the byte", (name) => {
  // Compared as a boolean: the difference of two files of this size is no help to anyone.
  expect(read(name) === files.get(name)).toBe(true);
});

test("the README's counts are those of the files", () => {
  expect(read("README.md")).toBe(withCounts(read("README.md"), vectors.values()));
});

test("the vectors are small enough to be read into any test", () => {
  const total = [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(total).toBeLessThan(3_000_000);
});

test("no key set that is served by name holds a private part", () => {
  const { keySets } = JSON.parse(read("keys.json"));
  expect(JSON.stringify(keySets)).not.toContain('"d":');
});
