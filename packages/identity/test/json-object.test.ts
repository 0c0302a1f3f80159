import { expect, test } from "vitest";
import { parseJsonObject } from "../src/json-object.js";
import { createRandom } from "./support/random.js";
import { mutated, randomJson, writeJson } from "./support/random-json.js";

const nested = (levels: number) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

test.each([
  ["{}"],
  [' \t\r\n{ "a" : 1 } \n'],
  ['{"a":{"a":{"a":1}},"b":{"a":1}}'],
  ['[{"a":1},{"a":2}]'.replace(/^(.*)$/, '{"list":$1}')],
  ['{"a":":","b":"{[","c":"]}","d:e":"\\"x\\":1"}'],
  ['{"a":"\\\\","b":"\\\\\\"","c":"\\\\\\\\"}'],
  ['{"\\"":1,"\\\\":2,":":3,"":4}'],
  ['{"a":"\\u003a","\\u007b":"\\u0022"}'],
  ['{"a":"\\ud83d\\ude00","\\ud83d\\ude00":1}'],
  ['{"a":"\\\\ud800"}'],
  ['{"a":null,"b":true,"c":[],"d":{},"e":1e400}'],
  ['{"a":1,"A":2,"á":3,"a\\u0301":4}'],
  ['{"constructor":1,"toString":2,"hasOwnProperty":3}'],
  [nested(64)],
])("%s is what JSON.parse makes of it", (text) => {
  expect(parseJsonObject(text)).toStrictEqual(JSON.parse(text));
});

test.each([
  ["empty text", ""],
  ["white space", "  "],
  ["null", "null"],
  ["true", "true"],
  ["a number", "1"],
  ["a string", '"{}"'],
  ["an array", '[{"a":1}]'],
  ["cut off", '{"a":1'],
  ["cut off in a string", '{"a":"b'],
  ["cut off after an escape", '{"a":"b\\'],
  ["two objects", "{}{}"],
  ["trailing comma", '{"a":1,}'],
  ["a comment", '{"a":1/* */}'],
  ["single quotes", "{'a':1}"],
  ["a control character in a string", '{"a":"\n"}'],
  ["NUL", '{"a":1}\0'],
  ["byte-order mark", '\ufeff{"a":1}'],
  ["white space of another kind", '\u00a0{"a":1}'],
  ["a member twice", '{"a":1,"a":1}'],
  ["a member twice, not adjacent", '{"a":1,"b":2,"a":3}'],
  ["a member twice, once escaped", '{"a":1,"\\u0061":2}'],
  ["a member twice, twice escaped", '{"\\u00e9":1,"\\u00E9":2}'],
  ["a member twice, / escaped", '{"/":1,"\\/":2}'],
  ["a member twice, further in", '{"x":{"y":[{"a":1,"a":2}]}}'],
  ["a member twice, the first one large", '{"a":{"b":1,"c":{"d":2}},"a":3}'],
  ["a member twice, the last one large", '{"a":3,"a":{"b":1,"c":{"d":2}}}'],
  ["the empty name twice", '{"":1,"":2}'],
  ["__proto__ twice", '{"__proto__":1,"__proto__":2}'],
  ["an index twice", '{"0":1,"0":2}'],
  ["a lone high surrogate", '{"a":"\\ud800"}'],
  ["a lone low surrogate", '{"a":"\\udfff"}'],
  ["surrogates in the wrong order", '{"a":"\\ude00\\ud83d"}'],
  ["a lone surrogate in a name", '{"\\uD800":1}'],
  ["a lone surrogate further in", '{"a":[{"b":["\\ud800x"]}]}'],
  ["a lone surrogate in a name further in", '{"a":[{"\\udc00":1}]}'],
  ["65 levels", nested(65)],
  ["65 levels of objects", `${'{"a":'.repeat(65)}1${"}".repeat(65)}`],
  ["100,000 levels", nested(100_000)],
  ["100,000 levels of objects", `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`],
  ["100,000 levels, never closed", `{"a":${"[".repeat(100_000)}`],
  ["closed before it is opened", `${"]".repeat(100)}${"[".repeat(100)}`],
])("refused: %s", (_, text) => {
  expect(parseJsonObject(text)).toBeUndefined();
});

test("__proto__ is a member like any other", () => {
  const parsed = parseJsonObject('{"__proto__":{"a":1}}');
  expect(parsed).toBeDefined();
  expect(Object.keys(parsed ?? {})).toEqual(["__proto__"]);
  expect(parsed?.a).toBeUndefined();
});

test("random objects come out as JSON.parse reads them", () => {
  const random = createRandom(3);
  for (let round = 0; round < 2_000; round += 1) {
    const text = writeJson(random, { value: randomJson(random, 5) });
    expect(parseJsonObject(text)).toStrictEqual(JSON.parse(text));
  }
});

test("random objects with one member twice are refused", () => {
  const random = createRandom(4);
  for (let round = 0; round < 2_000; round += 1) {
    const text = writeJson(random, { value: randomJson(random, 4), again: randomJson(random, 4) });
    const twice = `{${JSON.stringify("again")}:${writeJson(random, randomJson(random, 2))},${text.trimStart().slice(1)}`;
    expect(JSON.parse(twice)).toEqual(JSON.parse(text));
    expect(parseJsonObject(twice)).toBeUndefined();
  }
});

test("damaged text never throws, and never parses where JSON.parse does not", () => {
  const random = createRandom(5);
  for (let round = 0; round < 5_000; round += 1) {
    const text = mutated(random, writeJson(random, { value: randomJson(random, 3) }));
    const parsed = parseJsonObject(text);
    if (parsed !== undefined) expect(parsed).toStrictEqual(JSON.parse(text));
  }
});
