import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseJsonObject } from "../../packages/identity/src/json-object.js";
import { escaped, writeJson } from "../generators/json-text.js";
import { type Choices, oneOf } from "../support/choices.js";
import { choicesOf, runs } from "./check-property.js";

/** Names that are apt to be confused: with members of prototypes, indices, and each other. */
const name = fc.oneof(
  fc.constantFrom(
    "a",
    "b",
    "__proto__",
    "constructor",
    "0",
    "1",
    "",
    "é",
    "e\u0301",
    '"',
    "\\",
    ":",
  ),
  fc.string({ maxLength: 4 }),
);
const scalar = fc.oneof(
  fc.constantFrom(null, true, false, "{", "}:", '":"', "\\"),
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const { value } = fc.letrec<{ value: unknown; object: object }>((tie) => ({
  value: fc.oneof({ maxDepth: 6 }, scalar, tie("object"), fc.array(tie("value"), { maxLength: 4 })),
  object: fc.dictionary(name, tie("value"), { maxKeys: 5, noNullPrototype: true }),
}));
const object = fc.dictionary(name, value, { minKeys: 1, maxKeys: 6, noNullPrototype: true });

test("an object without a member that stands twice is what JSON.parse makes of it", () => {
  const property = fc.property(object, fc.gen(), (members, generator) => {
    for (const text of [JSON.stringify(members), writeJson(choicesOf(generator), members)]) {
      expect(isDeepStrictEqual(parseJsonObject(text), JSON.parse(text))).toBe(true);
    }
  });
  fc.assert(property, runs(2_000));
});

/** The text of an object, with a member of some object in it written twice. */
function withTwin(choices: Choices, members: object): string {
  const twin = `"\u0000twin\u0000"`;
  // A place for the twin: as a member of one of the objects, whichever.
  const objects = objectsIn(members);
  const chosen = oneOf(choices, objects);
  const [known = "a"] = Object.keys(chosen);
  Object.defineProperty(chosen, twin, { value: 0, enumerable: true, configurable: true });
  const text = JSON.stringify(members);
  const written = oneOf(choices, [JSON.stringify(known), escaped(known)]);
  const value = oneOf(choices, ["1", "null", '{"a":{"b":[]}}', "[1,2]", '"x"']);
  return text.replace(`${JSON.stringify(twin)}:0`, () => ` ${written}\t:\n${value} `);
}

/** All objects within a value that have a member. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) || Object.keys(value).length === 0 ? inner : [value, ...inner];
}

test("an object in which any member stands twice, at any depth, is refused", () => {
  const property = fc.property(object, fc.gen(), (members, generator) => {
    const text = withTwin(choicesOf(generator), members);
    expect(() => JSON.parse(text)).not.toThrow();
    expect(parseJsonObject(text)).toBeUndefined();
  });
  fc.assert(property, runs(3_000));
});

test("any text that is accepted is what JSON.parse makes of it", () => {
  const scrap = fc.constantFrom(
    ...'{}[]:,"\\ \n\t01-.eE',
    "null",
    '"a"',
    '"a":',
    "\\u0061",
    "\\ud800",
  );
  const text = fc.oneof(
    fc.array(scrap).map((scraps) => `{${scraps.join("")}}`),
    fc.string(),
  );
  const property = fc.property(text, (candidate) => {
    const parsed = parseJsonObject(candidate);
    if (parsed === undefined) return;
    expect(isDeepStrictEqual(parsed, JSON.parse(candidate))).toBe(true);
  });
  fc.assert(property, runs(5_000));
});
