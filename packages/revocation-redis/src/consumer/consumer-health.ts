import type { GroupRead } from "./consumer-group.js";
import { kindOfLoss, type LossKind } from "./loss-note.js";

/** What a consumer is doing: `retrying` is the state while Redis can't be read from. */
export type ConsumerState = "new" | "starting" | "reading" | "retrying" | "stopping" | "stopped";

/** How a consumer is. Holds no anchor, key or address: it may be shown and logged. */
export interface ConsumerHealth {
  readonly state: ConsumerState;
  /**
   * Whether all that was revoked more than a second ago is in the store: a read that was sent within
   * the last second has shown it, no event waits to be acted on for longer by any consumer of the
   * group, and none was lost that may still matter.
   */
  readonly ready: boolean;
  /** How long ago the last read was sent that was answered, in milliseconds. */
  readonly lastReadAgoMs: number | undefined;
  /** Events given to consumers of the group and not acknowledged, as of the last read. */
  readonly pending: number;
  /**
   * How old the oldest event was by the server's clock that was not acted on, as of the last read, in
   * milliseconds; 0 where there is none.
   */
  readonly oldestMs: number;
  /** Events acted on and acknowledged by this consumer. */
  readonly applied: number;
  /** Events set aside by this consumer. */
  readonly deadLetters: number;
  /**
   * How many of them had a signature of none of the keys. Where there are any, `signatureKeys` may not
   * be those that producers sign with.
   */
  readonly wrongSignatures: number;
  /** Events taken over from other consumers, or again from itself. */
  readonly reclaimed: number;
  /** Events of whose trimming this consumer knows. */
  readonly trimmed: number;
  /** A loss of events that may still matter, whichever consumer of the group has noticed it. */
  readonly loss: LossKind | undefined;
  readonly lastError: { readonly message: string; readonly agoMs: number } | undefined;
}

/** How long after its revocation a mandate may be let in while the consumer says that it is ready. */
const PROMISED_MS = 1_000;

/** What is remembered of a consumer's work, for its health. Times are of the monotonic clock. */
export class ConsumerRecord {
  state: ConsumerState = "new";
  applied = 0;
  deadLetters = 0;
  wrongSignatures = 0;
  reclaimed = 0;
  trimmed = 0;
  #lastRead: { readonly read: GroupRead; readonly upToDateAt: number } | undefined;
  #loss: LossKind | undefined;
  #lastError: { readonly message: string; readonly at: number } | undefined;

  /** @param upToDateAt - whatever was published before this moment has been acted on. */
  noteRead(read: GroupRead, upToDateAt: number): void {
    this.#lastRead = { read: { ...read, entries: [] }, upToDateAt };
    this.trimmed += read.trimmed;
    this.#loss = read.lossNote === undefined ? undefined : kindOfLoss(read.lossNote);
  }

  /** Known at once, and as of the next read from Redis. */
  noteLoss(kind: LossKind): void {
    this.#loss = kind;
  }

  noteError(error: { readonly message: string }): void {
    this.#lastError = { message: error.message, at: performance.now() };
  }

  health(): ConsumerHealth {
    const now = performance.now();
    const { state, applied, deadLetters, wrongSignatures, reclaimed, trimmed } = this;
    const [last, error, loss] = [this.#lastRead, this.#lastError, this.#loss];
    const { pending = 0, oldestMs = 0 } = last?.read ?? {};
    const isUpToDate = last !== undefined && now - last.upToDateAt <= PROMISED_MS;
    return {
      state,
      ready: state === "reading" && isUpToDate && loss === undefined,
      lastReadAgoMs: last === undefined ? undefined : Math.round(now - last.read.sentAt),
      pending,
      oldestMs,
      applied,
      deadLetters,
      wrongSignatures,
      reclaimed,
      trimmed,
      loss,
      lastError:
        error === undefined
          ? undefined
          : { message: error.message, agoMs: Math.round(now - error.at) },
    };
  }
}
