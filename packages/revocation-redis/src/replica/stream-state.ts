import type { StreamPosition } from "../streams/judge-position.js";
import type { HistoryBreak, KnownStream, StreamFacts } from "./judge-history.js";

/** The two streams, each followed for itself: in a cluster they live on different nodes. */
export const STREAMS = ["revocations", "delegations"] as const;
export type StreamName = (typeof STREAMS)[number];

/** Times are milliseconds of a monotonic clock. */
export interface StreamState extends KnownStream {
  /** When the question was put whose answer showed nothing unread and nothing missed. */
  readonly provenAt?: number | undefined;
  /** Since when the server is known to have no marker for this stream. */
  readonly unmarkedSince?: number | undefined;
  /** When Redis confirmed the marker that this replica was about to set. */
  readonly markerSetAt?: number | undefined;
  /** How many entries had been removed from the stream. */
  readonly removed?: number | undefined;
  /**
   * Whether all that was removed from the stream before it was read is in the keys, or was known to
   * this replica before: then what the keys lack from now on, it has read. Missing before the first
   * answer of a round.
   */
  readonly isWhole?: boolean | undefined;
  /** The consumers' note about a loss, as long as it is there. */
  readonly note?: SeenNote | undefined;
  /** How far the stream was read without a gap before this round began. */
  readonly readBefore?: ReadBefore | undefined;
  /** What keeps the stream from being whole. */
  readonly loss?: SeenLoss | undefined;
  /** The latest note of which this replica has known all that it speaks of. */
  readonly provenNote?: string | undefined;
  /** Whether the server said that it drops keys, and nothing else since. */
  readonly evicts?: boolean | undefined;
}

/** A note about a loss, and since when it is seen in this round. */
export interface SeenNote {
  readonly text: string;
  readonly at: number;
  /** Whether this replica knows all that was lost, as its position shows. */
  readonly isProven: boolean;
  /** Whether nothing is to be done about it any more. */
  readonly isDone: boolean;
}

/** How far a stream was read, on which server. */
export interface ReadBefore extends StreamPosition {
  readonly runId: string;
}

/** A loss that this replica can't make good for, by what it is known and since when. */
export interface SeenLoss {
  readonly id: string;
  readonly since: number;
}

/** Why a round began: a history that did not go on, no room, or keys that could not be reached. */
export type RoundReason = HistoryBreak | "full" | "snapshot_failed";

/** The durations that decide, in milliseconds. */
export interface ReplicaPace {
  readonly maxStalenessMs: number;
  readonly settleMs: number;
  /** How long a loss matters. */
  readonly maxMandateLifetimeMs: number;
  readonly adoptAfterMs: number;
  readonly fullRetryMs: number;
  readonly snapshotRetryMs: number;
  readonly reconcilePauseMs: number;
}

/** When something is judged, and by which durations. */
export interface Moment {
  readonly now: number;
  readonly pace: ReplicaPace;
}

/** An answer to the question how a stream goes on behind a position. */
export interface StreamCheck {
  readonly stream: StreamName;
  /** The round in which the question was put; its position was that of the state. */
  readonly round: number;
  readonly sentAt: number;
  /** Whether it was the first question on its connection. */
  readonly isFirst: boolean;
  readonly facts: StreamFacts;
  /** The last entry that was given back, if any. */
  readonly lastId?: string | undefined;
}
