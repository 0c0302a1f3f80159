import { BEGINNING, compareStreamIds } from "../streams/stream-id.js";

/** How far a stream was read. */
export interface StreamPosition {
  /** The last entry that was read. */
  readonly lastId: string;
  /** How many entries had ever been added to the stream by then. */
  readonly added: number;
}

/** What is remembered of a stream and of the server that it was read from. */
export interface KnownStream {
  /** Missing where the stream is to be read from its beginning. */
  readonly position?: StreamPosition | undefined;
  readonly runId?: string | undefined;
  readonly marker?: string | undefined;
  /** A marker that this replica is about to set. */
  readonly pendingMarker?: string | undefined;
}

/** What a server said about a stream in one moment. */
export interface StreamFacts {
  /** Another one with each start of a server, and on each server. */
  readonly runId: string;
  readonly marker: string | undefined;
  /** The highest id that was ever used; `0-0` where there is no stream. */
  readonly lastGeneratedId: string;
  /** How many entries were ever added; 0 where there is no stream. */
  readonly entriesAdded: number;
  /** How many entries there are. */
  readonly length: number;
  /** How old the first of them is by the server's clock, in milliseconds; missing where there is none. */
  readonly firstAgeMs: number | undefined;
  /** Whether the entry of the position is there. */
  readonly holdsPosition: boolean;
  /** How many entries behind the position were given back, and whether there are no more of them. */
  readonly unread: number;
  readonly drained: boolean;
}

/** Why what was known can't be gone on with. */
export type HistoryBreak =
  /** The marker is gone: Redis was emptied, or came back empty. */
  | "history_lost"
  /** The marker is another one: somebody has carried over what Redis had lost. */
  | "history_changed"
  /** The stream lacks what was read from it. */
  | "stream_older"
  /** The stream lost entries before they were read. */
  | "stream_trimmed"
  /** It is another server, or was started anew, and can't show that it has what was read. */
  | "server_changed";

/**
 * Whether a stream goes on from where it was read, with nothing lost and nothing missed.
 *
 * Redis numbers nothing, but counts: the entries ever added, less those added when the position was
 * taken, are the entries behind the position, those included that were trimmed or deleted meanwhile.
 *
 * @returns why it does not go on; nothing where it does.
 */
export function judgeHistory(known: KnownStream, facts: StreamFacts): HistoryBreak | undefined {
  return judgeMarker(known, facts) ?? judgePosition(known, facts);
}

function judgeMarker(known: KnownStream, { marker }: StreamFacts): HistoryBreak | undefined {
  if (known.marker === undefined || marker === known.marker) return undefined;
  if (marker === undefined) return "history_lost";
  return marker === known.pendingMarker ? undefined : "history_changed";
}

function judgePosition(
  { position, runId }: KnownStream,
  facts: StreamFacts,
): HistoryBreak | undefined {
  if (position === undefined) return undefined;
  if (compareStreamIds(facts.lastGeneratedId, position.lastId) < 0) return "stream_older";
  const behind = facts.entriesAdded - position.added;
  if (behind < facts.unread) return "stream_older";
  if (facts.drained && behind > facts.unread) return "stream_trimmed";
  // The counts of another history may fit by chance. Where the last entry is there, all before it are.
  const isProven = facts.holdsPosition || position.lastId === BEGINNING;
  return runId !== facts.runId && !isProven ? "server_changed" : undefined;
}
