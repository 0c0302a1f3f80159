import {
  type ReplicaPace,
  type RoundReason,
  STREAMS,
  type StreamCheck,
  type StreamName,
  type StreamState,
} from "./stream-state.js";

export type { ReplicaPace, RoundReason, StreamCheck, StreamName, StreamState };
export { STREAMS };

/** The stream whose marker tells of what was written, whatever that is: one is enough. */
export const TELLING_STREAM: StreamName = "revocations";

/**
 * What a replica knows about its own knowledge: pure data, changed by pure functions only, after an
 * answer of Redis, after what was done about the keys, or by a new round. A round begins with a
 * history that is not known, and ends with a snapshot: the streams are read from their beginning, then
 * the keys, then the streams once more.
 */
export interface ReplicaState {
  readonly streams: Readonly<Record<StreamName, StreamState>>;
  /** Counts the rounds. What was begun in an earlier one says nothing about this one. */
  readonly round: number;
  /** Why this round began; missing for the first one. */
  readonly brokenBy?: RoundReason | undefined;
  /** The keys are not read before, so that what others are about to write is there by then. */
  readonly snapshotNotBefore: number;
  /** Proofs of before do not count: another server may lack what others are about to write again. */
  readonly proofNotBefore: number;
  readonly snapshot: "none" | "begun" | "taken";
  /** When the latest snapshot of this round was taken. */
  readonly snapshotAt?: number | undefined;
  /** Whether this replica was ready before, so that it knows what Redis had held. */
  readonly knowsHistory: boolean;
  /** From when on the keys are to be compared, since they may lack what the stream has lost. */
  readonly reconcileFrom?: number | undefined;
  /** When the keys were compared last. */
  readonly reconciledAt?: number | undefined;
  /** Whether this replica has written, or begun to, what others have to be told of by a marker. */
  readonly owesMarker: boolean;
  /** Whether a revocation found no room, and when to try again. */
  readonly fullUntil?: number | undefined;
}

export const INITIAL_STATE: ReplicaState = {
  streams: { revocations: {}, delegations: {} },
  round: 1,
  snapshotNotBefore: Number.NEGATIVE_INFINITY,
  proofNotBefore: Number.NEGATIVE_INFINITY,
  snapshot: "none",
  knowsHistory: false,
  owesMarker: false,
};

/** The same state but for one stream. */
export function withStream(
  state: ReplicaState,
  stream: StreamName,
  next: StreamState,
): ReplicaState {
  return { ...state, streams: { ...state.streams, [stream]: next } };
}
