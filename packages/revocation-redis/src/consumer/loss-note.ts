import { randomUUID } from "node:crypto";

/**
 * Why events were lost: trimmed from the stream before anybody in the group acted on them, or gone
 * with the history of which Redis has come back without the latest part, or without any.
 */
export type LossKind = "stream_trimmed" | "history_lost";

/** The key of the note about a loss, beside the stream: in its slot of a cluster. */
export function lossKeyOf({
  stream,
  group,
}: {
  readonly stream: string;
  readonly group: string;
}): string {
  // A name that has braces keeps it there itself.
  return `${stream.includes("{") ? stream : `{${stream}}`}.loss.${group}`;
}

/** A new note about a loss: its kind, and what tells it from every other note. */
export function newLossNote(kind: LossKind): string {
  return `${kind} ${randomUUID()}`;
}

/** Whether a note speaks of a loss of that kind: it speaks for those that it has replaced as well. */
export function speaksOf(note: string, kind: LossKind): boolean {
  return note.includes(kind);
}

/** Of which kind a loss is. Whatever else a note says, it is one. */
export function kindOfLoss(note: string): LossKind {
  return note.startsWith("stream_trimmed") ? "stream_trimmed" : "history_lost";
}

/**
 * Tells how long a loss has been known. A note in Redis has no lifetime: that would end by the wall
 * clock of the server, which may be set forward.
 */
export class KnownLoss {
  #note: string | undefined;
  #since = 0;

  /** The note that was seen last, if any. */
  get note(): string | undefined {
    return this.#note;
  }

  /**
   * Takes down which note there is at a moment of one's own monotonic clock.
   *
   * @returns for how long it has been known, in milliseconds.
   */
  see(note: string | undefined, at: number): number {
    if (note !== this.#note) this.#since = at;
    this.#note = note;
    return at - this.#since;
  }
}
