/** A JSON object as parsed: own members only, of any JSON type. */
export type JsonObject = { readonly [member: string]: unknown };

/** Deeper than any mandate; a bound that every language can keep. */
const MAX_DEPTH = 64;

/**
 * Parses text as one JSON object (RFC 8259), stricter than `JSON.parse`: no member twice in any
 * object (RFC 7515 section 4, RFC 7519 section 4), no lone surrogate in any string, at most 64
 * levels. `__proto__` is a member like any other.
 *
 * @returns undefined where the text is anything else.
 */
export function parseJsonObject(text: string): JsonObject | undefined {
  const structure = measure(text);
  if (structure.depth > MAX_DEPTH) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  // Of a member that stands twice, JSON.parse keeps one: then there are fewer members than colons.
  if (countMembers(value) !== structure.colons) return undefined;
  // Only an escape can bring in a lone surrogate: the text itself was decoded from UTF-8.
  if (text.includes("\\u") && !isWellFormed(value)) return undefined;
  return value;
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The colons outside strings, one a member where the text is JSON, and the deepest nesting. */
function measure(text: string): { readonly colons: number; readonly depth: number } {
  let colons = 0;
  let level = 0;
  let depth = 0;
  let index = 0;
  while (index < text.length) {
    switch (text.charCodeAt(index)) {
      case 0x22: // "
        index = endOfString(text, index);
        break;
      case 0x3a: // :
        colons += 1;
        break;
      case 0x5b: // [
      case 0x7b: // {
        level += 1;
        depth = Math.max(depth, level);
        break;
      case 0x5d: // ]
      case 0x7d: // }
        level -= 1;
        break;
    }
    index += 1;
  }
  return { colons, depth };
}

/** The index of the quote that closes the string opened at `start`; the end where none does. */
function endOfString(text: string, start: number): number {
  // Far faster than character by character, and most of a payload is in strings.
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

/** Whether a quote belongs to the string that it stands in: behind an odd number of backslashes. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote - 1;
  while (text.charCodeAt(before) === 0x5c) before -= 1;
  return (quote - before) % 2 === 0;
}

/** How many members the objects within a list or object have, its own included. */
function countMembers(value: object): number {
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (isComposite(item)) members += countMembers(item);
    return members;
  }
  for (const name of Object.keys(value)) {
    const item = (value as JsonObject)[name];
    members += isComposite(item) ? 1 + countMembers(item) : 1;
  }
  return members;
}

function isComposite(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === "string") return value.isWellFormed();
  // What is neither text, list nor object has no entries.
  const entries = Object.entries(value ?? {});
  return entries.every(([name, item]) => name.isWellFormed() && isWellFormed(item));
}
