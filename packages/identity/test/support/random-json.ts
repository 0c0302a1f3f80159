import { below, pick } from "./random.js";

type Random = () => number;

const SCRAPS = ["a", ":", "{", "}", "[", "]", '"', "\\", ",", "é", "😀", "\n", " ", "0"] as const;
const WHITE_SPACE = ["", "", "", " ", "\t", "\n", "\r\n"] as const;

/** A JSON value of at most so many levels. Strings are full of what looks like structure. */
export function randomJson(random: Random, levels: number): unknown {
  const kind = below(random, levels > 0 ? 6 : 4);
  if (kind === 0) return pick(random, [null, true, false]);
  if (kind === 1) return below(random, 2_000) - 1_000;
  if (kind === 2) return random() * 1e6;
  if (kind === 3) return randomText(random);
  const items = Array.from({ length: below(random, 4) }, () => randomJson(random, levels - 1));
  return kind === 4 ? items : Object.fromEntries(items.map((item) => [randomText(random), item]));
}

/** JSON text of a value, with white space and escapes where they may stand. */
export function writeJson(random: Random, value: unknown): string {
  const space = () => pick(random, WHITE_SPACE);
  if (Array.isArray(value)) {
    const items = value.map((item) => writeJson(random, item));
    return `${space()}[${items.join(",")}${space()}]${space()}`;
  }
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, item]) => `${space()}${writeText(random, name)}${space()}:${writeJson(random, item)}`,
    );
    return `${space()}{${members.join(",")}${space()}}${space()}`;
  }
  const text = typeof value === "string" ? writeText(random, value) : JSON.stringify(value);
  return `${space()}${text}${space()}`;
}

/** The text with one character removed, doubled, or replaced. */
export function mutated(random: Random, text: string): string {
  const at = below(random, text.length);
  const scrap = pick(random, ["", text.charAt(at).repeat(2), ...SCRAPS]);
  return text.slice(0, at) + scrap + text.slice(at + 1);
}

function randomText(random: Random): string {
  return Array.from({ length: below(random, 6) }, () => pick(random, SCRAPS)).join("");
}

function writeText(random: Random, text: string): string {
  if (random() < 0.7) return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("")}"`;
}
