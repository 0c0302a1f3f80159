/** Something that verifies tokens. */
export interface Contender {
  readonly name: string;
  /**
   * Makes a call ready: what it returns is what is timed. It throws or rejects where a token is
   * refused, or answers with something that `isAccepted` tells.
   */
  readonly prepare: (token: string) => () => unknown;
  readonly isAccepted?: (answer: unknown) => boolean;
}

/** Whether a contender lets a token in. */
export async function accepts(contender: Contender, token: string): Promise<boolean> {
  try {
    const answer = await contender.prepare(token)();
    return contender.isAccepted?.(answer) ?? true;
  } catch {
    return false;
  }
}
