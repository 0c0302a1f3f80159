import { newRound } from "./new-round.js";
import {
  type ReplicaPace,
  type ReplicaState,
  type StreamName,
  TELLING_STREAM,
  withStream,
} from "./replica-state.js";

export function afterSnapshotBegan(state: ReplicaState): ReplicaState {
  return { ...state, snapshot: "begun" };
}

/** What follows from the failure of a task that was begun in a round. */
type AfterFailure = (
  state: ReplicaState,
  round: number,
  now: number,
  pace: ReplicaPace,
) => ReplicaState;

/** A task of an earlier round matters no more. */
function inItsRound(
  next: (state: ReplicaState, now: number, pace: ReplicaPace) => ReplicaState,
): AfterFailure {
  return (state, round, now, pace) => (round === state.round ? next(state, now, pace) : state);
}

/** The keys could not be read or written: what was written may be gone with its server. */
export const afterSnapshotFailed: AfterFailure = inItsRound((state, now, pace) => {
  const next = newRound(state, "snapshot_failed", now, pace);
  return { ...next, snapshotNotBefore: now + pace.snapshotRetryMs };
});

/** All keys were read, and what Redis lacked was written to it. */
export function afterSnapshot(state: ReplicaState, round: number, now: number): ReplicaState {
  if (round !== state.round) return state;
  return { ...state, snapshot: "taken", snapshotAt: now, knowsHistory: true };
}

/** The keys are about to be compared. */
export function afterReconcileBegan(state: ReplicaState, now: number): ReplicaState {
  return { ...state, reconcileFrom: undefined, reconciledAt: now };
}

/** The keys were not compared: that is still to be done. */
export const afterReconcileFailed: AfterFailure = inItsRound((state, now, pace) => ({
  ...state,
  reconcileFrom: whenToReconcile(state, now, pace),
}));

/** When the keys are to be compared: at once, but not all the time. */
export function whenToReconcile(
  { reconciledAt = Number.NEGATIVE_INFINITY }: ReplicaState,
  now: number,
  { reconcilePauseMs }: ReplicaPace,
): number {
  return Math.max(now, reconciledAt + reconcilePauseMs);
}

/** After what a note speaks of was written to the keys, and Redis was told. */
export function afterMadeGood(state: ReplicaState, stream: StreamName, text: string): ReplicaState {
  const known = state.streams[stream];
  if (known.note?.text !== text) return state;
  return withStream(state, stream, { ...known, note: { ...known.note, isDone: true } });
}

/** Keys are about to be written that Redis had lost. Some may be, whatever happens then. */
export function beforeWrites(state: ReplicaState): ReplicaState {
  return { ...state, owesMarker: true };
}

/** This replica is about to set a marker: from now on both are right. */
export function beforeMarker(
  state: ReplicaState,
  stream: StreamName,
  marker: string,
): ReplicaState {
  const known = state.streams[stream];
  return withStream(state, stream, { ...known, pendingMarker: marker, markerSetAt: undefined });
}

/** Redis has confirmed the marker: from now on it alone is right. It tells of all that was written. */
export function afterMarkerSet(state: ReplicaState, stream: StreamName, now: number): ReplicaState {
  const known = state.streams[stream];
  // An answer may have shown it already.
  const isAwaited = known.pendingMarker !== undefined;
  const next = withStream(state, stream, { ...known, markerSetAt: isAwaited ? now : undefined });
  return { ...next, owesMarker: state.owesMarker && stream !== TELLING_STREAM };
}

/** The marker was not set, since there is another one by now. */
export function afterMarkerRefused(state: ReplicaState, stream: StreamName): ReplicaState {
  return withStream(state, stream, { ...state.streams[stream], pendingMarker: undefined });
}
