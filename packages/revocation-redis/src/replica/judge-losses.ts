import { speaksOf } from "../consumer/loss-note.js";
import { compareStreamIds } from "../streams/stream-id.js";
import type { StreamFacts } from "./judge-history.js";
import type {
  Moment,
  ReadBefore,
  RoundReason,
  SeenLoss,
  StreamCheck,
  StreamState,
} from "./stream-state.js";

/** A loss of before, in a history that may not have the note about it. */
export const KEPT = "kept";

/** What a replica knows of a stream, before an answer. */
interface Knowledge {
  readonly known: StreamState;
  readonly knowsHistory: boolean;
}

type Losses = Pick<StreamState, "isWhole" | "loss" | "note" | "provenNote" | "readBefore">;

/**
 * Whether what was removed from a stream may be in no key and unknown to this replica (decision 0009).
 * Once all of it was known, this round's position shows that what is removed later was read before.
 */
export function judgeLosses(
  { known, knowsHistory }: Knowledge,
  { facts, sentAt }: StreamCheck,
  { now, pace }: Moment,
): Losses {
  const isKnown = known.isWhole === true || reachesInto(known.readBefore, facts);
  const note = seeNote(known, facts, { isKnown, sentAt });
  const provenNote = note?.isProven ? note.text : known.provenNote;
  const loss = isKnown ? undefined : findLoss({ known, knowsHistory, provenNote }, facts, now);
  const isOver = loss !== undefined && now - loss.since >= pace.maxMandateLifetimeMs;
  return {
    isWhole: loss === undefined || isOver,
    loss: isOver ? undefined : loss,
    note,
    provenNote,
    // From here on, the position of this round tells.
    readBefore: undefined,
  };
}

/** What is remembered of a stream when a round ends. */
export function rememberedOf(known: StreamState, brokenBy: RoundReason): StreamState {
  const { isWhole, position, runId, readBefore, loss, provenNote, evicts } = known;
  const isRead = isWhole && position !== undefined && runId !== undefined;
  return {
    readBefore: isRead ? { ...position, runId } : readBefore,
    // Whoever has changed the marker knows what Redis has lost.
    loss: loss?.id === KEPT && brokenBy === "history_changed" ? undefined : loss,
    provenNote,
    evicts,
  };
}

/** Whether all that is gone from the stream was read before, in the same history. */
function reachesInto(before: ReadBefore | undefined, facts: StreamFacts): boolean {
  if (before === undefined || before.runId !== facts.runId) return false;
  return (
    compareStreamIds(facts.lastGeneratedId, before.lastId) >= 0 &&
    facts.entriesAdded >= before.added &&
    facts.entriesAdded - facts.length <= before.added
  );
}

function seeNote(
  { note, provenNote }: StreamState,
  { note: text, isMadeGood }: StreamFacts,
  { isKnown, sentAt }: { readonly isKnown: boolean; readonly sentAt: number },
): StreamState["note"] {
  if (text === undefined || note?.text === text) return text === undefined ? undefined : note;
  // Of a history that was lost, no position tells how far it went.
  const isProven = (isKnown && !speaksOf(text, "history_lost")) || text === provenNote;
  return { text, at: sentAt, isProven, isDone: isMadeGood && !isProven };
}

function findLoss(
  { known, knowsHistory, provenNote }: Knowledge & Pick<StreamState, "provenNote">,
  { gap, note, isMadeGood, marker }: StreamFacts,
  now: number,
): SeenLoss | undefined {
  const { loss } = known;
  // Who sets a marker where there was none knows what Redis has lost.
  if (loss?.id === KEPT && !(known.unmarkedSince !== undefined && marker !== undefined))
    return loss;
  // A history that was lost is what markers are for: who knew it, carries it over.
  const isAnswered = (text: string): boolean =>
    isMadeGood ||
    text === provenNote ||
    (knowsHistory && loss === undefined && !speaksOf(text, "stream_trimmed"));
  const id = gap ?? (note === undefined || isAnswered(note) ? undefined : note);
  if (id === undefined) return undefined;
  return loss?.id === id ? loss : { id, since: now };
}
