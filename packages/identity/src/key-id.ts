/** Longer key ids are refused. */
const MAX_LENGTH = 256;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL_CHARACTER = /[\u0000-\u001f\u007f-\u009f]/;

/** Whether a value can be a `kid`: 1 to 256 characters, none of them a control character. */
export function isKeyId(value: unknown): value is string {
  if (typeof value !== "string" || value === "" || CONTROL_CHARACTER.test(value)) return false;
  return value.length <= MAX_LENGTH || [...value].length <= MAX_LENGTH;
}
