import type { Check, Code } from "./code.js";

/** What a {@link MandateError} is made of. Only text of our own and the operator's configuration. */
export interface MandateErrorFields {
  readonly code: Code;
  readonly check: Check;
  /** One short sentence for the caller. */
  readonly description: string;
  /** One sentence for the operator: what to look at. */
  readonly hint: string;
  /** `missing_token` and `insufficient_scope`: every scope that the operation needs. */
  readonly requiredScopes?: readonly string[] | undefined;
}

/**
 * A mandate was refused, or could not be judged (`verification_unavailable`).
 *
 * It never holds a token, a header or a claim of the caller, and has no `cause`: what goes in is
 * text of this library and the names that the operator configured.
 */
export class MandateError extends Error implements MandateErrorFields {
  override readonly name: string = "MandateError";
  readonly code: Code;
  readonly check: Check;
  readonly description: string;
  readonly hint: string;
  readonly requiredScopes: readonly string[] | undefined;

  constructor(fields: MandateErrorFields) {
    super(fields.description);
    this.code = fields.code;
    this.check = fields.check;
    this.description = fields.description;
    this.hint = fields.hint;
    this.requiredScopes = fields.requiredScopes;
  }

  /** The safe fields, for logs and answers. */
  toJSON(): MandateErrorFields {
    return {
      code: this.code,
      check: this.check,
      description: this.description,
      hint: this.hint,
      requiredScopes: this.requiredScopes,
    };
  }
}
