import { rememberedOf } from "./judge-losses.js";
import {
  INITIAL_STATE,
  type ReplicaPace,
  type ReplicaState,
  type RoundReason,
} from "./replica-state.js";

/** How long the keys are left alone at most, in milliseconds: whoever writes them is faster. */
const LONGEST_WAIT_MS = 1_000;

/** A new round: what was read in this one counts no more, but for what is remembered of it. */
export function newRound(
  state: ReplicaState,
  brokenBy: RoundReason,
  now: number,
  pace: ReplicaPace,
): ReplicaState {
  const { knowsHistory, owesMarker } = state;
  const next: ReplicaState = {
    ...INITIAL_STATE,
    round: state.round + 1,
    brokenBy,
    knowsHistory,
    owesMarker,
    streams: {
      revocations: rememberedOf(state.streams.revocations, brokenBy),
      delegations: rememberedOf(state.streams.delegations, brokenBy),
    },
  };
  return waitForOthers(next, now, pace);
}

/** Not before proofs and keys hold what others, who may know more, are about to write. */
export function waitForOthers(state: ReplicaState, now: number, pace: ReplicaPace): ReplicaState {
  return {
    ...state,
    snapshotNotBefore: Math.max(state.snapshotNotBefore, now + waitForWritesMs(pace)),
    proofNotBefore: Math.max(state.proofNotBefore, now + pace.settleMs),
  };
}

/** How long others need to write what they have in hand, in milliseconds. */
export function waitForWritesMs({ settleMs }: ReplicaPace): number {
  return Math.min(settleMs / 4, LONGEST_WAIT_MS);
}

/** Somebody else has changed the marker while this replica was about to: it has to look again. */
export function afterLostRace(state: ReplicaState, now: number, pace: ReplicaPace): ReplicaState {
  return newRound(state, "history_changed", now, pace);
}

/** A revocation found no room: what is known is not all. */
export function afterFull(state: ReplicaState, now: number, pace: ReplicaPace): ReplicaState {
  return state.fullUntil === undefined ? { ...state, fullUntil: now + pace.fullRetryMs } : state;
}

/** A new try after a revocation has found no room. */
export function afterFullRetry(state: ReplicaState, now: number, pace: ReplicaPace): ReplicaState {
  return newRound(state, "full", now, pace);
}
