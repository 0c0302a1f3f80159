import type { LossKind } from "../../../src/consumer/loss-note.js";
import type { KnownStream, StreamFacts } from "../../../src/replica/judge-history.js";
import type { StreamName } from "../../../src/replica/replica-state.js";
import type { StreamPosition } from "../../../src/streams/judge-position.js";

/** How many entries a look gives at most. */
const COUNT = 3;
const LOSS_KINDS: readonly LossKind[] = ["stream_trimmed", "history_lost"];

/** An entry of a stream: what it revokes, and when it was added. */
export interface ModelEntry {
  readonly id: number;
  readonly stream: StreamName;
  readonly anchor: string;
  readonly addedAt: number;
}

interface ModelStream {
  entries: ModelEntry[];
  added: number;
  lastId: number;
  /** How many of the entries the group was given, of those that were removed too. */
  given: number;
  /** What the group was given, and nobody has acted on. */
  held: readonly ModelEntry[];
  note: string | undefined;
  madeGood: string | undefined;
}

/**
 * What decides about a replica's knowledge, of a server and its streams, as data: for properties of
 * the state machine over histories that real servers take minutes for. The fault tests have those.
 */
export class ModelServer {
  runId = 1;
  evictedKeys = 0;
  keys = new Set<string>();
  markers: Partial<Record<StreamName, string>> = {};
  streams: Record<StreamName, ModelStream> = { revocations: empty(), delegations: empty() };
  /** Everything ever added in the history that this server has, trimmed or not. */
  lineage: ModelEntry[] = [];
  #notes = 0;

  add(entry: ModelEntry): void {
    const stream = this.streams[entry.stream];
    stream.entries.push(entry);
    stream.added += 1;
    stream.lastId = entry.id;
    this.lineage.push(entry);
  }

  /** The consumers take what they were not given; what was removed before, they have lost. */
  take(name: StreamName): void {
    const stream = this.streams[name];
    const removed = stream.added - stream.entries.length;
    if (removed > stream.given) this.noteLoss(name, "stream_trimmed");
    const given = stream.entries.slice(Math.max(0, stream.given - removed));
    stream.given = stream.added;
    stream.held = [...stream.held, ...given];
  }

  /** What they were given, they write to the keys. */
  write(name: StreamName): void {
    for (const { anchor } of this.streams[name].held) this.keys.add(anchor);
    this.streams[name].held = [];
  }

  /** Who was given it has died; what is not in the stream any more is lost. */
  die(name: StreamName): void {
    const { entries, held } = this.streams[name];
    const isThere = (entry: ModelEntry): boolean => entries.includes(entry);
    if (!held.every(isThere)) this.noteLoss(name, "stream_trimmed");
    this.streams[name].held = held.filter(isThere);
  }

  noteLoss(name: StreamName, kind: LossKind): void {
    this.#notes += 1;
    const { note: before = "" } = this.streams[name];
    const kinds = LOSS_KINDS.filter((other) => other !== kind && before.includes(other));
    this.streams[name].note = [kind, this.runId, this.#notes, this.lineage.length, ...kinds].join(
      " ",
    );
  }

  /** Trims all but some, whoever has read it or not. */
  trim(name: StreamName, keep: number): void {
    const { entries } = this.streams[name];
    this.streams[name].entries = entries.slice(Math.max(0, entries.length - keep));
  }

  makeGood(
    name: StreamName,
    { runId, text, isProven }: { runId: string | undefined; text: string; isProven: boolean },
  ): void {
    const stream = this.streams[name];
    if (`${this.runId}` !== runId || stream.note !== text) return;
    if (isProven) stream.note = undefined;
    else stream.madeGood = text;
  }

  empty(): void {
    const { runId } = this;
    Object.assign(this, new ModelServer(), { runId });
  }

  /** Memory is used up, and some keys go; markers never do, which have no lifetime. */
  evict(): void {
    const some = [...this.keys].filter((_, index) => index % 2 === 0);
    for (const key of some) this.keys.delete(key);
    this.evictedKeys += some.length;
  }

  copy(): ModelServer {
    const copy = new ModelServer();
    return Object.assign(copy, structuredClone({ ...this, keys: this.keys }));
  }

  check(name: StreamName, position: StreamPosition | undefined) {
    const { entries, added, lastId, note, madeGood } = this.streams[name];
    const behind = position === undefined ? 0 : numberOf(position.lastId);
    const found = entries.filter(({ id }) => id > behind).slice(0, COUNT);
    const facts: StreamFacts = {
      runId: `${this.runId}`,
      marker: this.markers[name],
      evicts: false,
      evictedKeys: this.evictedKeys,
      note,
      isMadeGood: note !== undefined && note === madeGood,
      gap: this.#gap(name),
      lastGeneratedId: `${lastId}-0`,
      entriesAdded: added,
      length: entries.length,
      firstAgeMs: entries.length === 0 ? undefined : 0,
      holdsPosition: entries.some(({ id }) => id === behind),
      unread: found.length,
      drained: found.length < COUNT,
    };
    return { facts, found };
  }

  #gap(name: StreamName): string | undefined {
    const { entries, added, given, held } = this.streams[name];
    const removed = added - entries.length;
    if (removed > given) return `unread ${removed}`;
    const lost = held.find((entry) => !entries.includes(entry));
    return lost && `held ${lost.id}`;
  }

  read(name: StreamName, lastId: string): readonly ModelEntry[] {
    return this.streams[name].entries.filter(({ id }) => id > numberOf(lastId)).slice(0, COUNT);
  }

  /** Sets a marker where server and marker are still what is known. */
  mark(name: StreamName, known: KnownStream, to: string): boolean {
    if (this.markers[name] !== known.marker || `${this.runId}` !== known.runId) return false;
    this.markers = { ...this.markers, [name]: to };
    return true;
  }
}

function empty(): ModelStream {
  return {
    ...{ entries: [], added: 0, lastId: 0, given: 0, held: [] },
    ...{ note: undefined, madeGood: undefined },
  };
}

function numberOf(id: string): number {
  return Number(id.split("-")[0]);
}
