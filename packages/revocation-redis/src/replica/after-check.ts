import type { StreamPosition } from "../streams/judge-position.js";
import { BEGINNING } from "../streams/stream-id.js";
import { whenToReconcile } from "./after-key-task.js";
import { type HistoryBreak, judgeHistory, type StreamFacts } from "./judge-history.js";
import { judgeLosses, KEPT, matters } from "./judge-losses.js";
import { newRound, waitForOthers } from "./new-round.js";
import {
  type ReplicaPace,
  type ReplicaState,
  type RoundReason,
  STREAMS,
  type StreamCheck,
  type StreamName,
  type StreamState,
  withStream,
} from "./replica-state.js";
import type { Moment } from "./stream-state.js";

/** A consumer that is this far behind is not well. */
const YOUNG_MS = 60_000;

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
  const problem = judgeHistory(known, facts) ?? judgeNewMarker(state, check);
  if (problem !== undefined) return afterBreak(state, problem, check, { now, pace });
  const isMarkedSince = known.unmarkedSince !== undefined && facts.marker !== undefined;
  const after = isMarkedSince
    ? beginAnew(known, facts)
    : {
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
  return isFirstServer ? waitForOthers(next, now, pace) : next;
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
  const kept = losses.map((loss) => (matters(loss) ? { ...loss, id: KEPT } : undefined));
  const [revocations, delegations] = kept;
  const { streams } = next;
  return {
    ...next,
    knowsHistory: next.knowsHistory && !losses.some(matters),
    streams: {
      revocations: { ...streams.revocations, readBefore: undefined, loss: revocations },
      delegations: { ...streams.delegations, readBefore: undefined, loss: delegations },
    },
  };
}

/** Whether entries were removed so soon that perhaps no consumer has written them to the keys yet. */
function hasLostYoung(
  { removed }: StreamState,
  { entriesAdded, length, firstAgeMs = 0 }: StreamFacts,
): boolean {
  return removed !== undefined && entriesAdded - length > removed && firstAgeMs < YOUNG_MS;
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

/**
 * What was read before there was a marker may be of another history: nothing tells whether Redis was
 * emptied meanwhile. So the stream is read from its beginning once more.
 */
function beginAnew(
  { loss, provenNote }: StreamState,
  { runId, marker, evictedKeys }: StreamFacts,
): StreamState {
  // Who sets a marker where there was none knows what Redis has lost.
  return { runId, marker, evictedKeys, loss: loss?.id === KEPT ? undefined : loss, provenNote };
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
