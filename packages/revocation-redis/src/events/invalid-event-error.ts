/** Why an event is set aside. Part of a dead letter, so that an operator can act on it. */
export type EventProblem =
  | "malformed"
  | "too_large"
  | "not_utf8"
  | "control_character"
  | "field_name"
  | "duplicate_field"
  | "unsigned"
  | "wrong_signature"
  | "no_anchor"
  | "no_zone"
  | "no_epoch";

const DESCRIPTIONS: Readonly<Record<EventProblem, string>> = {
  malformed: "is not a list of names and values",
  too_large: "is too large, or one of its fields is",
  not_utf8: "holds what is not UTF-8",
  control_character: "holds a control character",
  field_name: "has a field name that no producer uses",
  duplicate_field: "names a field twice",
  unsigned: "has no signature",
  wrong_signature: "has a signature of none of the configured keys",
  no_anchor: "names no anchor",
  no_zone: "names no zone",
  no_epoch: "has no epoch that is a decimal integer",
};

/** An event that must not be acted on. Its message says what is wrong and quotes nothing. */
export class InvalidEventError extends Error {
  override readonly name: string = "InvalidEventError";
  readonly problem: EventProblem;

  constructor(problem: EventProblem) {
    super(`The event ${DESCRIPTIONS[problem]}.`);
    this.problem = problem;
  }
}
