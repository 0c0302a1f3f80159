import { BEGINNING, compareStreamIds } from "./stream-id.js";

/** How far a stream was read. */
export interface StreamPosition {
  /** The last entry that was read. */
  readonly lastId: string;
  /** How many entries had ever been added to the stream by then. */
  readonly added: number;
}

/** A position, and the server that it was read from. */
export interface KnownPosition {
  /** Missing where the stream is to be read from its beginning. */
  readonly position?: StreamPosition | undefined;
  readonly runId?: string | undefined;
}

/** What a server said about a stream and a position in one moment. */
export interface PositionFacts {
  /** Another one with each start of a server, and on each server. */
  readonly runId: string;
  /** The highest id that was ever used; `0-0` where there is no stream. */
  readonly lastGeneratedId: string;
  /** How many entries were ever added; 0 where there is no stream. */
  readonly entriesAdded: number;
  /** Whether the entry of the position is there. */
  readonly holdsPosition: boolean;
  /** How many entries behind the position were found, and whether there are no more of them. */
  readonly unread: number;
  readonly drained: boolean;
}

/** Why a stream does not go on from a position. */
export type PositionBreak =
  /** The stream lacks what was read from it. */
  | "stream_older"
  /** The stream lost entries before they were read. */
  | "stream_trimmed"
  /** It is another server, or was started anew, and can't show that it has what was read. */
  | "server_changed";

/**
 * Whether a stream goes on from a position, with nothing lost and nothing missed.
 *
 * Redis numbers nothing, but counts: the entries ever added, less those added when the position was
 * taken, are the entries behind the position, those included that were trimmed or deleted meanwhile.
 *
 * @returns why it does not go on; nothing where it does.
 */
export function judgePosition(
  { position, runId }: KnownPosition,
  facts: PositionFacts,
): PositionBreak | undefined {
  if (position === undefined) return undefined;
  if (compareStreamIds(facts.lastGeneratedId, position.lastId) < 0) return "stream_older";
  const behind = facts.entriesAdded - position.added;
  if (behind < facts.unread) return "stream_older";
  if (facts.drained && behind > facts.unread) return "stream_trimmed";
  // The counts of another history may fit by chance. Where the last entry is there, all before it are.
  const isProven = facts.holdsPosition || position.lastId === BEGINNING;
  return runId !== facts.runId && !isProven ? "server_changed" : undefined;
}
