import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { loadKeySets, loadVectors, VECTORS } from "./run/load-vectors.js";

const read = (name: string) => JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
}).compile(read("schema.json"));
const files = loadVectors();
const [first] = files;

test.each(files.map(({ name }) => name))("%s follows the schema", (name) => {
  expect(validate(read(name)), JSON.stringify(validate.errors?.[0])).toBe(true);
});

test.each([
  ["a group that is none", { group: "other" }],
  ["no cases", { cases: [] }],
  ["an unknown member", { more: true }],
])("the schema refuses %s", (_, change) => {
  expect(validate({ group: first?.group, cases: first?.cases, ...change })).toBe(false);
});

test.each([
  ["token and authorization", { token: "x", authorization: "x" }],
  ["neither token nor authorization", { token: undefined }],
  ["an unknown member", { more: true }],
  ["an unknown outcome", { expected: { outcome: "invalid", check: "kid" } }],
  ["a refusal without a check", { expected: { outcome: "invalid_token" } }],
  ["an acceptance without a principal", { expected: { outcome: "ok" } }],
  ["an id that is not in kebab case", { id: "An id" }],
])("the schema refuses a case with %s", (_, change) => {
  const made = JSON.parse(
    JSON.stringify({
      id: "a",
      comment: "a",
      config: { issuer: "https://a.example", audience: "a", zoneId: "a" },
      keySets: {},
      now: 1,
      token: "x",
      expected: { outcome: "invalid_token", check: "encoding" },
      ...change,
    }),
  );
  expect(validate({ group: "zone", cases: [made] })).toBe(false);
});

test("every id stands once, and every named key set exists", () => {
  const cases = files.flatMap((file) => file.cases);
  const ids = cases.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const served = cases.flatMap(({ keySets }) => Object.values(keySets));
  const names = served.filter((name) => typeof name === "string");
  expect(names.filter((name) => !(name in loadKeySets()))).toEqual([]);
});
