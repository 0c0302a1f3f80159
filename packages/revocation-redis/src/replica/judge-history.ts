import {
  judgePosition,
  type KnownPosition,
  type PositionBreak,
  type PositionFacts,
} from "../streams/judge-position.js";

/** What is remembered of a stream and of the server that it was read from. */
export interface KnownStream extends KnownPosition {
  readonly evictedKeys?: number | undefined;
  readonly marker?: string | undefined;
  /** A marker that this replica is about to set. */
  readonly pendingMarker?: string | undefined;
}

/** What a server said about a stream in one moment. */
export interface StreamFacts extends PositionFacts {
  readonly marker: string | undefined;
  /** Whether the server drops keys, live revocations among them, when its memory is used up. */
  readonly evicts: boolean;
  /** How many keys it has dropped since it was started. */
  readonly evictedKeys: number;
  /** The consumers' note about events that they have lost, and whether a replica has made good for it. */
  readonly note: string | undefined;
  readonly isMadeGood: boolean;
  /** By what entries are known that were removed before consumers had acted on them, if any. */
  readonly gap: string | undefined;
  /** How many entries there are. */
  readonly length: number;
  /** How old the first of them is by the server's clock, in milliseconds; missing where there is none. */
  readonly firstAgeMs: number | undefined;
}

/** Why what was known can't be gone on with. */
export type HistoryBreak =
  /** The marker is gone: Redis was emptied, or came back empty. */
  | "history_lost"
  /** The marker is another one: somebody has carried over what Redis had lost. */
  | "history_changed"
  /** Redis drops keys, or has: it may have dropped any. */
  | "keys_evicted"
  | PositionBreak;

/**
 * Whether a stream goes on from where it was read, with nothing lost and nothing missed.
 *
 * @returns why it does not go on; nothing where it does.
 */
export function judgeHistory(known: KnownStream, facts: StreamFacts): HistoryBreak | undefined {
  return judgeMarker(known, facts) ?? judgePosition(known, facts) ?? judgeEvictions(known, facts);
}

function judgeMarker(known: KnownStream, { marker }: StreamFacts): HistoryBreak | undefined {
  if (known.marker === undefined || marker === known.marker) return undefined;
  if (marker === undefined) return "history_lost";
  return marker === known.pendingMarker ? undefined : "history_changed";
}

/** A count that is lower was set back: what was dropped before is not known. */
function judgeEvictions(
  { runId, evictedKeys }: KnownStream,
  facts: StreamFacts,
): HistoryBreak | undefined {
  const isSame = runId !== facts.runId || evictedKeys === undefined;
  return facts.evicts || !(isSame || evictedKeys === facts.evictedKeys)
    ? "keys_evicted"
    : undefined;
}
