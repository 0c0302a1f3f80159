const WIDTH = 100;

/**
 * JSON in the format of the repository: what fits into a line stands on one, but for the first
 * levels, so that every member of a case has its own.
 *
 * @param expand - how many levels always have a line for each member
 */
export function printJson(value: unknown, expand: number): string {
  return `${print(value, "", 0, expand)}\n`;
}

/** @param used - how much of the line is taken, what follows the value included */
function print(value: unknown, indent: string, used: number, expand: number): string {
  if (typeof value !== "object" || value === null) return toAscii(JSON.stringify(value));
  const isList = Array.isArray(value);
  const entries = isList
    ? value.map((item: unknown) => ["", item] as const)
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([name, item]) => [`${toAscii(JSON.stringify(name))}: `, item] as const);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return open + close;

  if (expand <= 0) {
    const flat = entries.map(([name, item]) => name + print(item, "", 0, 0)).join(", ");
    const line = isList ? `[${flat}]` : `{ ${flat} }`;
    const breaks = flat.includes("\n") || (isList && isListOfObjects(value));
    if (!breaks && indent.length + used + line.length <= WIDTH) return line;
  }
  const inner = `${indent}  `;
  const lines = entries.map(([name, item], index) => {
    const comma = index < entries.length - 1 ? 1 : 0;
    return inner + name + print(item, inner, name.length + comma, expand - 1);
  });
  return `${open}\n${lines.join(",\n")}\n${indent}${close}`;
}

/** Characters that can't be seen, or turn the line around, are written as escapes like all others. */
function toAscii(json: string): string {
  return json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The formatter breaks a list of two objects or more that have two members or more. */
function isListOfObjects(list: readonly unknown[]): boolean {
  const isLarge = (item: unknown) =>
    typeof item === "object" && item !== null && Object.keys(item).length > 1;
  return list.length > 1 && list.every(isLarge);
}
