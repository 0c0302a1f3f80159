/** Something in a history that must not be. */
export interface Breach {
  readonly rule: string;
  readonly instance: string;
  readonly target?: number | undefined;
  /** When it was seen. */
  readonly at: number;
  readonly detail: string;
}
