const RealDate = Date;
let movedByMs = 0;

/** The wall clock, as a process sees it whose machine's clock was moved. */
class MovedDate extends RealDate {
  constructor(...parts: unknown[]) {
    if (parts.length === 0) super(RealDate.now() + movedByMs);
    else super(...(parts as [number]));
  }

  static override now(): number {
    return RealDate.now() + movedByMs;
  }
}

/**
 * Moves the wall clock of this process, for all trials that run in it. Monotonic clocks stay.
 *
 * @returns a function that moves it back.
 */
export function moveOwnClock(bySeconds: number): () => void {
  globalThis.Date = MovedDate as DateConstructor;
  movedByMs += bySeconds * 1_000;
  return () => {
    movedByMs -= bySeconds * 1_000;
  };
}
