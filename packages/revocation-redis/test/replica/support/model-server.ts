import type {
  KnownStream,
  StreamFacts,
  StreamPosition,
} from "../../../src/replica/judge-history.js";
import type { StreamName } from "../../../src/replica/replica-state.js";

/** How many entries a look gives at most. */
const COUNT = 3;

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
}

/**
 * What decides about a replica's knowledge, of a server and its streams, as data: for properties of
 * the state machine over histories that real servers take minutes for. The fault tests have those.
 */
export class ModelServer {
  runId = 1;
  keys = new Set<string>();
  markers: Partial<Record<StreamName, string>> = {};
  streams: Record<StreamName, ModelStream> = { revocations: empty(), delegations: empty() };
  /** Everything ever added in the history that this server has, trimmed or not. */
  lineage: ModelEntry[] = [];
  /** How much of each stream the consumer has written to the keys: by the entries' ids. */
  consumed: Record<StreamName, number> = { revocations: 0, delegations: 0 };

  add(entry: ModelEntry): void {
    const stream = this.streams[entry.stream];
    stream.entries.push(entry);
    stream.added += 1;
    stream.lastId = entry.id;
    this.lineage.push(entry);
  }

  /** The consumer writes what is in the stream, all of it. */
  consume(name: StreamName): void {
    for (const { id, anchor } of this.streams[name].entries) {
      this.keys.add(anchor);
      this.consumed[name] = Math.max(this.consumed[name], id);
    }
  }

  /** Trims what the consumer has written. */
  trim(name: StreamName, keep: number): void {
    const { entries } = this.streams[name];
    const cut = entries.slice(0, Math.max(0, entries.length - keep));
    const consumed = cut.filter(({ id }) => id <= this.consumed[name]).length;
    this.streams[name].entries = entries.slice(consumed);
  }

  /** Trims whatever there is. What nobody has written is not to be known to those who have not read it. */
  trimAll(name: StreamName): void {
    const lost = this.streams[name].entries.filter(({ id }) => id > this.consumed[name]);
    this.streams[name].entries = [];
    this.lineage.splice(0, this.lineage.length, ...this.lineage.filter((it) => !lost.includes(it)));
  }

  empty(): void {
    const { runId } = this;
    Object.assign(this, new ModelServer(), { runId });
  }

  copy(): ModelServer {
    const copy = new ModelServer();
    return Object.assign(copy, structuredClone({ ...this, keys: this.keys }));
  }

  check(name: StreamName, position: StreamPosition | undefined) {
    const { entries, added, lastId } = this.streams[name];
    const behind = position === undefined ? 0 : numberOf(position.lastId);
    const found = entries.filter(({ id }) => id > behind).slice(0, COUNT);
    const facts: StreamFacts = {
      runId: `${this.runId}`,
      marker: this.markers[name],
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
  return { entries: [], added: 0, lastId: 0 };
}

function numberOf(id: string): number {
  return Number(id.split("-")[0]);
}
