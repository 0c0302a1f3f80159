import type { Principal } from "@caracalai/transport-mcp";

/** One that is open. */
interface Session {
  readonly owner: Principal;
  readonly close: () => void;
  /** Ids of requests that are under way. */
  readonly underWay: Set<unknown>;
  /** Who made its last request, as long as all were made with as much authority. */
  authority: Principal | undefined;
  /** The larger, the later it was used. */
  usedAt: number;
}

/**
 * Who opened which session (hazards F1 and F3). A session belongs to one caller: zone, subject and
 * application; the issuer is one for a server. Bounded: where there are too many, the caller's own
 * session that was unused for longest is closed, or, where they have none, that of anyone.
 */
export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #max: number;
  #uses = 0;

  /** @param max - how many may be open at a time */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes a session that was opened. */
  open(id: string, principal: Principal, close: () => void): void {
    if (this.#open.size >= this.#max) this.#closeOne(principal);
    const usedAt = this.#countUse();
    const underWay = new Set();
    this.#open.set(id, { owner: principal, close, underWay, authority: principal, usedAt });
  }

  /** Whether a session is someone else's. One that is not known here is nobody's. */
  isForeign(id: string, principal: Principal): boolean {
    const session = this.#open.get(id);
    return session !== undefined && !isSameCaller(session.owner, principal);
  }

  /** Notes that a session is in use. */
  touch(id: string): void {
    const session = this.#open.get(id);
    if (session !== undefined) session.usedAt = this.#countUse();
  }

  /** Whether a session that is open here has this id. */
  has(id: string): boolean {
    return this.#open.has(id);
  }

  /** Whether a caller may be sent again what a session was sent: all of it was asked for with as much. */
  mayResume(id: string, principal: Principal): boolean {
    const session = this.#open.get(id);
    return session === undefined || isAsMuch(session.authority, principal);
  }

  /**
   * Notes requests that begin.
   *
   * @returns what notes that they have ended; undefined where one with the same id has not
   */
  begin(
    id: string,
    principal: Principal,
    requestIds: readonly unknown[],
  ): (() => void) | undefined {
    const session = this.#open.get(id);
    if (session === undefined) return () => {};
    const { underWay } = session;
    if (requestIds.some((requestId) => underWay.has(requestId))) return undefined;
    session.authority = isAsMuch(session.authority, principal) ? principal : undefined;
    for (const requestId of requestIds) underWay.add(requestId);
    return () => {
      for (const requestId of requestIds) underWay.delete(requestId);
    };
  }

  /** Forgets a session that was closed. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  #closeOne(caller: Principal): void {
    const all: readonly Entry[] = [...this.#open];
    const own = all.filter(([, session]) => isSameCaller(session.owner, caller));
    const [id, session] = (own.length > 0 ? own : all).reduce(unusedForLonger);
    this.#open.delete(id);
    session.close();
  }

  #countUse(): number {
    this.#uses += 1;
    return this.#uses;
  }
}

type Entry = readonly [id: string, session: Session];

function unusedForLonger(one: Entry, other: Entry): Entry {
  return one[1].usedAt < other[1].usedAt ? one : other;
}

function isSameCaller(one: Principal, other: Principal): boolean {
  return (
    one.sub === other.sub &&
    one.clientId === other.clientId &&
    one.zoneId === other.zoneId &&
    one.subType === other.subType
  );
}

/** A mandate that is known has one and the same principal: mostly, there is nothing to compare. */
function isAsMuch(one: Principal | undefined, other: Principal): boolean {
  return one === other || (one !== undefined && authorityOf(one) === authorityOf(other));
}

/** What decides over what a caller may do: the same after a refresh, another where it was narrowed. */
function authorityOf({ scopes, targets, agentSessionId, mandate }: Principal): string {
  return JSON.stringify([
    [...scopes].sort(),
    [...targets].sort(),
    agentSessionId,
    mandate.delegation_edge_id,
    mandate.delegation_path,
    mandate.delegation_chain,
  ]);
}
