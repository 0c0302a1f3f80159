import { type ReplicaPace, type ReplicaState, STREAMS, type StreamName } from "./replica-state.js";

/** How old the latest proof of a replica may be that is ready, in milliseconds. */
const READY_MS = 1_000;
const NEVER = Number.NEGATIVE_INFINITY;

/** What there is to be done by now, beside following the streams. */
export type ReplicaTask =
  /** A new round, since a revocation had found no room. */
  | "retry"
  /** Marking a Redis that nobody has marked, after it was watched for long enough. */
  | "adopt"
  /** Reading the keys, and writing what they lack. */
  | "snapshot"
  /** The same while the replica is in step, since the keys may lack something. */
  | "reconcile";

/** @param now - milliseconds of the monotonic clock. */
export function nextTask(
  state: ReplicaState,
  now: number,
  pace: ReplicaPace,
): ReplicaTask | undefined {
  if (state.fullUntil !== undefined) return now >= state.fullUntil ? "retry" : undefined;
  if (state.snapshot === "taken") {
    const { reconcileFrom = Number.POSITIVE_INFINITY } = state;
    return now >= Math.min(reconcileFrom, answerFrom(state, pace)) ? "reconcile" : undefined;
  }
  if (state.snapshot === "begun" || now < state.snapshotNotBefore) return undefined;
  if (STREAMS.some((stream) => state.streams[stream].provenAt === undefined)) return undefined;
  // What the keys lack now, they may have when the loss is made good for.
  if (STREAMS.some((stream) => !state.streams[stream].isWhole)) return undefined;
  if (state.knowsHistory || isMarked(state)) return "snapshot";
  return now - unmarkedSince(state) >= pace.adoptAfterMs && !isBeingMarked(state)
    ? "adopt"
    : undefined;
}

/** The streams with a note about a loss that this replica can answer: it has read all by then. */
export function notesToAnswer({ streams }: ReplicaState): readonly StreamName[] {
  return STREAMS.filter((stream) => {
    const { note, isWhole, provenAt = NEVER } = streams[stream];
    return note !== undefined && !note.isDone && isWhole === true && provenAt >= note.at;
  });
}

/** At once, but not all the time. */
function answerFrom(state: ReplicaState, { reconcilePauseMs }: ReplicaPace): number {
  if (notesToAnswer(state).length === 0) return Number.POSITIVE_INFINITY;
  return (state.reconciledAt ?? NEVER) + reconcilePauseMs;
}

/** Why a replica does not answer. */
export type ReplicaProblem = "full" | "unknown_history" | "events_lost" | "synchronising" | "stale";

/** Until when a replica may answer if nothing more happens, or why it may not. */
export type Readiness =
  | {
      readonly until: number;
      /** Until when it is up to date to the second. */
      readonly readyUntil: number;
      readonly problem?: undefined;
    }
  | {
      readonly until?: undefined;
      readonly readyUntil?: undefined;
      readonly problem: ReplicaProblem;
    };

export function readinessOf(state: ReplicaState, { maxStalenessMs }: ReplicaPace): Readiness {
  if (state.fullUntil !== undefined) return { problem: "full" };
  const { snapshotAt, knowsHistory } = state;
  if (!knowsHistory && Number.isFinite(unmarkedSince(state))) return { problem: "unknown_history" };
  if (STREAMS.some((stream) => state.streams[stream].isWhole === false)) {
    return { problem: "events_lost" };
  }
  if (snapshotAt === undefined || !isMarked(state)) return { problem: "synchronising" };
  const proofs = STREAMS.map((stream) => state.streams[stream].provenAt ?? NEVER);
  const oldest = Math.min(...proofs);
  if (oldest < Math.max(snapshotAt, state.proofNotBefore)) return { problem: "synchronising" };
  return {
    until: oldest + maxStalenessMs,
    readyUntil: oldest + Math.min(READY_MS, maxStalenessMs),
  };
}

/** Whether the next proof may be the one that is waited for, so that it is worth asking often. */
export function isWaitingForProof(state: ReplicaState, now: number, pace: ReplicaPace): boolean {
  const { problem } = readinessOf(state, pace);
  const mayAdopt = now - unmarkedSince(state) >= pace.adoptAfterMs;
  return problem === "synchronising" || (problem === "unknown_history" && mayAdopt);
}

function isMarked({ streams }: ReplicaState): boolean {
  return STREAMS.every((stream) => streams[stream].marker !== undefined);
}

/** Whether all that remains is to see the markers that Redis has confirmed. */
function isBeingMarked({ streams }: ReplicaState): boolean {
  return STREAMS.every((stream) => {
    const { marker, markerSetAt } = streams[stream];
    return marker !== undefined || markerSetAt !== undefined;
  });
}

/** Since when any stream is known to be unmarked; minus infinity where none is. */
function unmarkedSince({ streams }: ReplicaState): number {
  const times = STREAMS.map((stream) => streams[stream].unmarkedSince ?? NEVER);
  return Math.max(...times);
}
