import type { Principal } from "@caracalai/transport-mcp";

/** One that is open. */
interface Session {
  readonly owner: string;
  readonly close: () => void;
  /** Ids of requests that are under way. */
  readonly underWay: Set<unknown>;
  /** What all its requests so far were made with; undefined where that differed. */
  authority: string | undefined;
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
    const owner = ownerOf(principal);
    if (this.#open.size >= this.#max) this.#closeOne(owner);
    const authority = authorityOf(principal);
    const usedAt = this.#countUse();
    this.#open.set(id, { owner, close, underWay: new Set(), authority, usedAt });
  }

  /** Whether a session is someone else's. One that is not known here is nobody's. */
  isForeign(id: string, principal: Principal): boolean {
    const session = this.#open.get(id);
    return session !== undefined && session.owner !== ownerOf(principal);
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
    return session === undefined || session.authority === authorityOf(principal);
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
    if (session.authority !== authorityOf(principal)) session.authority = undefined;
    for (const requestId of requestIds) underWay.add(requestId);
    return () => {
      for (const requestId of requestIds) underWay.delete(requestId);
    };
  }

  /** Forgets a session that was closed. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  #closeOne(owner: string): void {
    const all: readonly Entry[] = [...this.#open];
    const own = all.filter(([, session]) => session.owner === owner);
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

const ownerOf = remembered(({ zoneId, subType, sub, clientId }) =>
  JSON.stringify([zoneId, subType, sub, clientId]),
);

/** What decides over what a caller may do: the same after a refresh, another where it was narrowed. */
const authorityOf = remembered(({ scopes, targets, agentSessionId, mandate }) =>
  JSON.stringify([
    [...scopes].sort(),
    [...targets].sort(),
    agentSessionId,
    mandate.delegation_edge_id,
    mandate.delegation_path,
    mandate.delegation_chain,
  ]),
);

/** A verifier knows a mandate again by one and the same frozen principal: what follows from it stays. */
function remembered(of: (principal: Principal) => string): (principal: Principal) => string {
  const known = new WeakMap<Principal, string>();
  return (principal) => {
    let text = known.get(principal);
    if (text === undefined) {
      text = of(principal);
      known.set(principal, text);
    }
    return text;
  };
}
