import { InvalidEventError } from "./invalid-event-error.js";

/** The fields of one entry of a stream, as Redis lists them: name, value, name, value. */
export type FieldList = readonly (string | Uint8Array)[];

const MAX_FIELDS = 64;
const MAX_EVENT_BYTES = 262_144;

/**
 * Names that cannot be confused in what is signed: without "=" and line feeds, and ASCII, whose order
 * is the same by characters and by bytes.
 */
const FIELD_NAME = /^[\w.:-]{1,64}$/;
const CONTROL_CHARACTER = /\p{Cc}/u;

/**
 * Reads the fields of an event strictly (wire format, "Revocation"): at most 64 of them and 256 KiB in
 * all, UTF-8, no control character, no name twice.
 *
 * @throws InvalidEventError
 */
export function readFields(list: FieldList): ReadonlyMap<string, string> {
  if (!Array.isArray(list) || list.length === 0 || list.length % 2 !== 0) {
    throw new InvalidEventError("malformed");
  }
  if (list.length > 2 * MAX_FIELDS || sizeOf(list) > MAX_EVENT_BYTES) {
    throw new InvalidEventError("too_large");
  }
  const fields = new Map<string, string>();
  for (let index = 0; index < list.length; index += 2) {
    const name = readText(list[index]);
    const value = readText(list[index + 1]);
    if (!FIELD_NAME.test(name)) throw new InvalidEventError("field_name");
    if (fields.has(name)) throw new InvalidEventError("duplicate_field");
    fields.set(name, value);
  }
  return fields;
}

/** A character of text is at most three bytes of UTF-8: the limit need not be exact for text. */
function sizeOf(list: FieldList): number {
  return list.reduce((sum, part) => sum + (part?.length ?? 0), 0);
}

function readText(part: unknown): string {
  const text = typeof part === "string" ? part : decode(part);
  if (!text.isWellFormed()) throw new InvalidEventError("not_utf8");
  if (CONTROL_CHARACTER.test(text)) throw new InvalidEventError("control_character");
  return text;
}

function decode(part: unknown): string {
  if (!(part instanceof Uint8Array)) throw new InvalidEventError("malformed");
  try {
    // A byte-order mark is kept: what is signed are the bytes that were sent.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(part);
  } catch {
    throw new InvalidEventError("not_utf8");
  }
}
