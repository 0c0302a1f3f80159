import { type Choices, once, oneOf } from "../support/choices.js";

/** JSON text, right or wrong, and which of the two it is. */
export interface JsonText {
  readonly bytes: string | Uint8Array;
  /** One object in UTF-8, no member twice, no lone surrogate, at most 64 levels. */
  readonly isSound: boolean;
}

const WHITE_SPACE: readonly string[] = ["", "", "", " ", "\t", "\n", "\r\n", "  "];

/** Text of a value, with escapes and white space wherever they may stand. */
export function writeJson(choices: Choices, value: unknown): string {
  const space = () => oneOf(choices, WHITE_SPACE);
  if (Array.isArray(value)) {
    return `${space()}[${value.map((item) => writeJson(choices, item)).join(",")}${space()}]`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).filter(([, item]) => item !== undefined);
    const texts = members.map(
      ([name, item]) =>
        `${space()}${writeText(choices, name)}${space()}:${writeJson(choices, item)}`,
    );
    return `${space()}{${texts.join(",")}${space()}}${space()}`;
  }
  return `${space()}${typeof value === "string" ? writeText(choices, value) : JSON.stringify(value ?? null)}`;
}

export function writeText(choices: Choices, text: string): string {
  return once(choices, 4) ? escaped(text) : JSON.stringify(text);
}

/** Every UTF-16 unit as an escape. */
export function escaped(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")}"`;
}

/** An object as text: mostly sound, and now and then spoiled. */
export function jsonText(choices: Choices, object: object): JsonText {
  const text = once(choices, 4) ? writeJson(choices, object) : JSON.stringify(object);
  if (once(choices, 12)) return { bytes: spoiled(choices, text, object), isSound: false };
  if (once(choices, 12)) return { bytes: otherNumber(choices, text), isSound: true };
  return { bytes: once(choices, 12) ? withMember(choices, text) : text, isSound: true };
}

/** The first number, written in another way or of another value. */
function otherNumber(choices: Choices, text: string): string {
  const forms = ["$1.0", "$1e0", "$1E+0", "$10e-1", "1e400", "-1e400", "-0", "0.1", "$1$1", "1e3"];
  return text.replace(/(?<=:)([1-9]\d*)(?=[,}])/, oneOf(choices, forms));
}

/** A member more that nobody knows. */
function withMember(choices: Choices, text: string): string {
  const member = oneOf(choices, [
    '"__proto__":{"scope":"admin","use":"resource"}',
    '"constructor":{"prototype":{"requireAgent":true}}',
    '"toString":"x"',
    '"graph_epoch":99',
    '"Scope":"admin"',
    '"":""',
    `"deep":${"[".repeat(63)}${"]".repeat(63)}`,
    '"pair":"\\ud83d\\ude00"',
  ]);
  return inside(text, member);
}

/** As the first member; the objects here are never empty. */
function inside(text: string, member: string): string {
  return text.replace("{", () => `{${member},`);
}

function spoiled(choices: Choices, text: string, object: object): string | Uint8Array {
  const name = oneOf(choices, Object.keys(object));
  return oneOf<() => string | Uint8Array>(choices, [
    () => inside(text, `${JSON.stringify(name)}:1,${JSON.stringify(name)}:2`),
    () => inside(text, `"same":"x","s\\u0061me":"x"`),
    () => inside(text, `"deep":${"[".repeat(64)}${"]".repeat(64)}`),
    () => inside(text, `"deeper":{"a":[{"b":1,"b":1}]}`),
    () => inside(text, '"lone":"\\ud800"'),
    () => inside(text, '"\\udfff":1'),
    () => inside(text, '"raw":"\n"'),
    () => `\ufeff${text}`,
    () => `${text}x`,
    () => `[${text}]`,
    () => text.slice(0, text.lastIndexOf("}")),
    () => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from(',"x":"\xff"}', "latin1")]),
    () => Buffer.from(text, "utf16le"),
    () => oneOf(choices, ["null", "1", "true", '"{}"', "{", " ", "NaN"]),
  ])();
}
