import type { GroupRead, LossKind } from "./consumer-group.js";

/** What a consumer is doing: `retrying` is the state while Redis can't be read from. */
export type ConsumerState = "new" | "starting" | "reading" | "retrying" | "stopping" | "stopped";

/** How a consumer is. Holds no anchor, key or address: it may be shown and logged. */
export interface ConsumerHealth {
  readonly state: ConsumerState;
  /**
   * Whether what was revoked a second ago is in the store: the stream is read, no older event waits to
   * be acted on by any consumer of the group, and none was lost that may still matter.
   */
  readonly ready: boolean;
  /** How long ago the stream was read last, in milliseconds. */
  readonly lastReadAgoMs: number | undefined;
  /** Events given to consumers of the group and not acknowledged, as of the last read. */
  readonly pending: number;
  /** How old the oldest event is that was not acted on, in milliseconds; 0 where there is none. */
  readonly oldestMs: number;
  /** Events acted on and acknowledged by this consumer. */
  readonly applied: number;
  /** Events set aside by this consumer. */
  readonly deadLetters: number;
  /** Events taken over from other consumers, or again from itself. */
  readonly reclaimed: number;
  /** Events of whose trimming this consumer knows. */
  readonly trimmed: number;
  /** A loss of events that may still matter, whichever consumer of the group has noticed it. */
  readonly loss: LossKind | undefined;
  readonly lastError: { readonly message: string; readonly agoMs: number } | undefined;
}

/** A read every quarter of a second is usual: after this long, something is wrong. */
const MAX_SILENCE_MS = 1_500;
const MAX_AGE_MS = 1_000;

/** What is remembered of a consumer's work, for its health. Times are of the monotonic clock. */
export class ConsumerRecord {
  state: ConsumerState = "new";
  applied = 0;
  deadLetters = 0;
  reclaimed = 0;
  trimmed = 0;
  #lastRead: { readonly read: GroupRead; readonly at: number } | undefined;
  #loss: LossKind | undefined;
  #lastError: { readonly message: string; readonly at: number } | undefined;

  noteRead(read: GroupRead): void {
    this.#lastRead = { read: { ...read, entries: [] }, at: performance.now() };
    this.trimmed += read.trimmed;
    this.#loss = read.loss;
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
    const { state, applied, deadLetters, reclaimed, trimmed } = this;
    const [last, error, loss] = [this.#lastRead, this.#lastError, this.#loss];
    const silenceMs = last === undefined ? undefined : Math.round(now - last.at);
    const { pending = 0, oldestMs = 0 } = last?.read ?? {};
    const isFresh = silenceMs !== undefined && silenceMs <= MAX_SILENCE_MS;
    return {
      state,
      ready: state === "reading" && isFresh && oldestMs <= MAX_AGE_MS && loss === undefined,
      lastReadAgoMs: silenceMs,
      pending,
      oldestMs,
      applied,
      deadLetters,
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
