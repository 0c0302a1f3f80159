import type { Principal } from "@caracalai/transport-mcp";

/** One that is open. */
interface Session {
  readonly owner: string;
  readonly close: () => void;
}

/**
 * Who opened which session (hazards F1 and F3). A session belongs to one caller: zone, subject and
 * application; the issuer is one for a server. Bounded: where there are too many, the caller's own
 * session that was unused for longest is closed, or, where they have none, that of anyone.
 */
export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #max: number;

  /** @param max - how many may be open at a time */
  constructor(max: number) {
    this.#max = max;
  }

  /** Notes a session that was opened. */
  open(id: string, principal: Principal, close: () => void): void {
    const owner = ownerOf(principal);
    if (this.#open.size >= this.#max) this.#closeOne(owner);
    this.#open.set(id, { owner, close });
  }

  /** Whether a session is someone else's. One that is not known here is nobody's. */
  isForeign(id: string, principal: Principal): boolean {
    const session = this.#open.get(id);
    return session !== undefined && session.owner !== ownerOf(principal);
  }

  /** Notes that a session is in use. */
  touch(id: string): void {
    const session = this.#open.get(id);
    if (session === undefined) return;
    this.#open.delete(id);
    this.#open.set(id, session);
  }

  /** Forgets a session that was closed. */
  forget(id: string): void {
    this.#open.delete(id);
  }

  #closeOne(owner: string): void {
    const sessions = [...this.#open];
    const [id, session] = sessions.find(([, each]) => each.owner === owner) ?? sessions[0] ?? [];
    if (id === undefined) return;
    this.#open.delete(id);
    session?.close();
  }
}

function ownerOf({ zoneId, subType, sub, clientId }: Principal): string {
  return JSON.stringify([zoneId, subType, sub, clientId]);
}
