import type { StreamPosition } from "../streams/judge-position.js";
import { BEGINNING } from "../streams/stream-id.js";
import { type HistoryBreak, judgeHistory, type StreamFacts } from "./judge-history.js";
import { judgeLosses, KEPT, rememberedOf } from "./judge-losses.js";
import {
  type Moment,
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
 * What a replica knows about its own knowledge: pure data, changed by the functions of this module
 * only. A round begins with a history that is not known, and ends with a snapshot: the streams are
 * read from their beginning, then the keys, then the streams once more.
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

/** How long the keys are left alone at most, in milliseconds: whoever writes them is faster. */
const LONGEST_WAIT_MS = 1_000;
/** A consumer that is this far behind is not well. */
const YOUNG_MS = 60_000;

export const INITIAL_STATE: ReplicaState = {
  streams: { revocations: {}, delegations: {} },
  round: 1,
  snapshotNotBefore: Number.NEGATIVE_INFINITY,
  proofNotBefore: Number.NEGATIVE_INFINITY,
  snapshot: "none",
  knowsHistory: false,
  owesMarker: false,
};

/** After an answer: the history goes on, or a new round begins. */
export function afterCheck(
  state: ReplicaState,
  check: StreamCheck,
  now: number,
  pace: ReplicaPace,
): ReplicaState {
  if (check.round !== state.round) return state;
  const known = state.streams[check.stream];
  const { facts } = check;
  // Nothing that it says counts before somebody has put it right.
  if (known.evicts && facts.evicts) return state;
  const isOtherServer = known.runId !== undefined && known.runId !== facts.runId;
  // A client that has changed over unseen may have read from both servers since.
  const isUnclear = isOtherServer && !check.isFirst ? "server_changed" : undefined;
  const problem = judgeHistory(known, facts) ?? judgeNewMarker(state, check) ?? isUnclear;
  if (problem !== undefined) return afterBreak(state, problem, check, { now, pace });
  const after = {
    ...goOn(known, check, now),
    ...judgeLosses({ known, knowsHistory: state.knowsHistory }, check, { now, pace }),
  };
  const next = {
    ...withStream(state, check.stream, after),
    reconcileFrom:
      state.reconcileFrom ??
      (hasLostYoung(known, facts) ? whenToReconcile(state, now, pace) : undefined),
  };
  // At the start, nothing tells a server that has just lost something from one that has not.
  const isFirstServer = known.runId === undefined && state.round === 1;
  return isOtherServer || isFirstServer ? waitForOthers(next, now, pace) : next;
}

/** What was lost by the server is not told from what this replica has missed of the same history. */
const LOST_HISTORY: ReadonlySet<RoundReason> = new Set([
  "history_lost",
  "stream_older",
  "server_changed",
]);

/** A new round after an answer: what this replica may have missed, it does not forget. */
function afterBreak(
  state: ReplicaState,
  problem: HistoryBreak,
  { stream, facts }: StreamCheck,
  { now, pace }: Moment,
): ReplicaState {
  const next = newRound(state, problem, now, pace);
  const isTrimmed = problem === "stream_trimmed";
  const after = LOST_HISTORY.has(problem) ? afterLostHistory(state, next) : next;
  // Others may have written what it has missed, and Redis may lose that before it was read.
  const knowsHistory = after.knowsHistory && !isTrimmed;
  return withStream({ ...after, knowsHistory }, stream, {
    ...after.streams[stream],
    evicts: facts.evicts,
    readBefore: isTrimmed ? undefined : after.streams[stream].readBefore,
  });
}

/** Another history has other counts, and may lack the note about what this replica does not know. */
function afterLostHistory(state: ReplicaState, next: ReplicaState): ReplicaState {
  const losses = STREAMS.map((stream) => state.streams[stream].loss);
  const kept = losses.map((loss) => loss && { ...loss, id: KEPT });
  const [revocations, delegations] = kept;
  const { streams } = next;
  return {
    ...next,
    knowsHistory: next.knowsHistory && losses.every((loss) => loss === undefined),
    streams: {
      revocations: { ...streams.revocations, readBefore: undefined, loss: revocations },
      delegations: { ...streams.delegations, readBefore: undefined, loss: delegations },
    },
  };
}

/** Not before proofs and keys hold what others, who may know more, are about to write. */
function waitForOthers(state: ReplicaState, now: number, pace: ReplicaPace): ReplicaState {
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

/** Whether entries were removed so soon that perhaps no consumer has written them to the keys yet. */
function hasLostYoung(
  { removed }: StreamState,
  { entriesAdded, length, firstAgeMs = 0 }: StreamFacts,
): boolean {
  return removed !== undefined && entriesAdded - length > removed && firstAgeMs < YOUNG_MS;
}

/** After what a note speaks of was written to the keys, and Redis was told. */
export function afterMadeGood(state: ReplicaState, stream: StreamName, text: string): ReplicaState {
  const known = state.streams[stream];
  if (known.note?.text !== text) return state;
  return withStream(state, stream, { ...known, note: { ...known.note, isDone: true } });
}

/** At once, but not all the time. */
function whenToReconcile(
  { reconciledAt = Number.NEGATIVE_INFINITY }: ReplicaState,
  now: number,
  { reconcilePauseMs }: ReplicaPace,
): number {
  return Math.max(now, reconciledAt + reconcilePauseMs);
}

/** Entries that came between two answers, in the round in which they were asked for. */
export interface StreamEntries {
  readonly stream: StreamName;
  readonly round: number;
  readonly lastId: string;
  readonly count: number;
}

/** After entries that came between two answers. */
export function afterEntries(state: ReplicaState, entries: StreamEntries): ReplicaState {
  const known = state.streams[entries.stream];
  if (entries.round !== state.round || known.position === undefined) return state;
  const position = { lastId: entries.lastId, added: known.position.added + entries.count };
  return withStream(state, entries.stream, { ...known, position });
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

export function afterSnapshotBegan(state: ReplicaState): ReplicaState {
  return { ...state, snapshot: "begun" };
}

/** The keys could not be read or written: what was written may be gone with its server. */
export function afterSnapshotFailed(
  state: ReplicaState,
  round: number,
  now: number,
  pace: ReplicaPace,
): ReplicaState {
  if (round !== state.round) return state;
  const next = newRound(state, "snapshot_failed", now, pace);
  return { ...next, snapshotNotBefore: now + pace.snapshotRetryMs };
}

/** All keys were read, and what Redis lacked was written to it. */
export function afterSnapshot(state: ReplicaState, round: number, now: number): ReplicaState {
  if (round !== state.round) return state;
  return { ...state, snapshot: "taken", snapshotAt: now, knowsHistory: true };
}

/** The keys are about to be compared. */
export function afterReconcileBegan(state: ReplicaState, now: number): ReplicaState {
  return { ...state, reconcileFrom: undefined, reconciledAt: now };
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

/**
 * A marker that somebody else sets while the keys are being read, some of which may have been missed
 * then; or one that this replica has set, and that is not there.
 */
function judgeNewMarker(
  { snapshot, streams }: ReplicaState,
  { stream, sentAt, facts }: StreamCheck,
): HistoryBreak | undefined {
  const { marker, pendingMarker, markerSetAt } = streams[stream];
  if (facts.marker === pendingMarker) return undefined;
  const isForeign = marker === undefined && facts.marker !== undefined && snapshot !== "none";
  const isLost = markerSetAt !== undefined && sentAt >= markerSetAt;
  return isForeign || isLost ? "history_changed" : undefined;
}

function goOn(
  known: StreamState,
  { facts, sentAt, lastId }: StreamCheck,
  now: number,
): StreamState {
  const isOwn = facts.marker !== undefined && facts.marker === known.pendingMarker;
  return {
    position: advance(known.position, facts, lastId),
    runId: facts.runId,
    marker: facts.marker,
    pendingMarker: isOwn ? undefined : known.pendingMarker,
    markerSetAt: isOwn ? undefined : known.markerSetAt,
    removed: facts.entriesAdded - facts.length,
    evictedKeys: facts.evictedKeys,
    provenAt: facts.drained ? sentAt : known.provenAt,
    unmarkedSince: facts.marker === undefined ? (known.unmarkedSince ?? now) : undefined,
  };
}

/** At the end of the stream, the position is the highest id there was, whether its entry is there. */
function advance(
  position: StreamPosition | undefined,
  { entriesAdded, length, unread, drained, lastGeneratedId }: StreamFacts,
  lastId: string | undefined,
): StreamPosition {
  const { added } = position ?? { added: entriesAdded - length };
  const reached = drained ? lastGeneratedId : lastId;
  return { lastId: reached ?? position?.lastId ?? BEGINNING, added: added + unread };
}

function newRound(
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

function withStream(state: ReplicaState, stream: StreamName, next: StreamState): ReplicaState {
  return { ...state, streams: { ...state.streams, [stream]: next } };
}
