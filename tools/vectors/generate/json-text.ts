/** JSON text that is written as it stands: numbers and defects that no value can express. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const raw = (text: string): Raw => new Raw(text);

/** Members of a JSON object; undefined leaves one out. */
export type Members = Readonly<Record<string, unknown>>;

/** JSON as `JSON.stringify` writes it, with {@link Raw} text in it. */
export function writeJson(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (typeof value === "object" && value !== null) return writeMembers(Object.entries(value));
  return JSON.stringify(value);
}

/** An object of these members in this order, twice the same name included. */
export function writeMembers(members: readonly (readonly [string, unknown])[]): string {
  const written = members
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${writeJson(value)}`);
  return `{${written.join(",")}}`;
}

/** The object with more text before its first member. */
export function prepend(text: string, object: Members): string {
  return `{${text},${writeJson(object).slice(1)}`;
}

/** A member name with its first letter escaped: another text for the same name. */
export function escaped(name: string): string {
  return `"\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}"`;
}
