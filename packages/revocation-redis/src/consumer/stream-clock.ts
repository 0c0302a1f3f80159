import { compareStreamIds } from "../streams/stream-id.js";

/** What is known of a stream at one moment of one's own monotonic clock. */
interface Mark {
  readonly lastId: string;
  readonly at: number;
}

/** Marks that are closer together than this tell little more. */
const APART_MS = 20;
/** What came before is old, however old. */
const KEPT_MS = 2_000;

/**
 * Tells when entries of a stream came at the earliest, by one's own monotonic clock: their ids hold
 * times of the server's clock, which may have been moved since.
 */
export class StreamClock {
  #marks: readonly Mark[] = [];

  /** Notes a read that was sent at `at` and has found that `lastId` is the highest id so far. */
  note(lastId: string, at: number): void {
    const last = this.#marks.at(-1);
    if (last !== undefined && at - last.at < APART_MS) return;
    this.#marks = [...this.#marks.filter((mark) => at - mark.at <= KEPT_MS), { lastId, at }];
  }

  /** A moment at which an entry was not there yet, as late as is known; minus infinity for none. */
  notYetAt(id: string): number {
    const before = this.#marks.filter(({ lastId }) => compareStreamIds(lastId, id) < 0);
    return Math.max(Number.NEGATIVE_INFINITY, ...before.map(({ at }) => at));
  }
}
