import type { EventProblem } from "../events/invalid-event-error.js";
import type { FieldList } from "../events/read-fields.js";

const MAX_FIELDS = 32;
const MAX_TEXT = 256;

/** An event that is set aside. */
export interface DeadEvent {
  readonly stream: string;
  readonly id: string;
  readonly problem: EventProblem;
  readonly fields: FieldList;
}

/**
 * The fields of a dead letter: where the event came from, what was wrong, and its beginning: at most
 * 32 fields of at most 256 bytes a name or value, as JSON, with what is not UTF-8 replaced and control
 * characters escaped.
 */
export function deadLetterOf({ stream, id, problem, fields }: DeadEvent): readonly string[] {
  const kept = fields.slice(0, 2 * MAX_FIELDS);
  const isWhole = kept.length === fields.length && kept.every((part) => part.length <= MAX_TEXT);
  return [
    ...["stream", stream, "id", id, "problem", problem],
    ...["fields", escapeControls(JSON.stringify(kept.map(beginningOf)))],
    ...["complete", `${isWhole}`],
  ];
}

function beginningOf(part: string | Uint8Array): string {
  const beginning = part.slice(0, MAX_TEXT);
  const text = typeof beginning === "string" ? beginning : new TextDecoder().decode(beginning);
  return text.toWellFormed();
}

/** JSON escapes some control characters; the others act on terminals too. */
function escapeControls(json: string): string {
  return json.replace(
    /\p{Cc}/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
