import { hopCountOf, type Mandate, scopesOf } from "@caracalai/identity";

/**
 * Who is calling, and with what authority. Frozen, and without the token. A type and not an
 * interface, so that frameworks that ask for a `Record<string, unknown>` take it.
 */
export type Principal = {
  /** Who the authority is for. */
  readonly sub: string;
  readonly subType: "user" | "application";
  /** The application that is acting. */
  readonly clientId: string;
  readonly zoneId: string;
  /** The granted scopes as in the mandate, separated by spaces; empty where there are none. */
  readonly scope: string;
  readonly scopes: readonly string[];
  readonly targets: readonly string[];
  /** The agent's session; undefined where the caller is no agent. */
  readonly agentSessionId: string | undefined;
  /** How often the authority was delegated. */
  readonly hopCount: number;
  /** When the mandate expires, in seconds since the epoch. */
  readonly expiresAt: number;
  /** Every claim. */
  readonly mandate: Mandate;
};

/** The principal that a verified mandate speaks for. */
export function principalOf(mandate: Mandate): Principal {
  return Object.freeze({
    sub: mandate.sub,
    subType: mandate.sub_type,
    clientId: mandate.client_id,
    zoneId: mandate.zone_id,
    scope: mandate.scope ?? "",
    scopes: scopeListOf(mandate),
    targets: mandate.target ?? Object.freeze([]),
    agentSessionId: mandate.agent_session_id,
    hopCount: hopCountOf(mandate),
    expiresAt: mandate.exp,
    mandate,
  });
}

/** Far more than the different scope claims that the mandates for one server have. */
const MAX_SCOPE_LISTS = 1_024;

/** Longer ones are split each time. */
const MAX_SCOPE_LENGTH = 1_024;

/** What all of them may take, by estimate: lists of very many scopes are dropped sooner. */
const MAX_SCOPE_BYTES = 2 ** 19;

/** Frozen lists of scopes by their text: thousands of mandates have the same. */
const scopeLists = new Map<string, readonly string[]>();
let scopeBytes = 0;

/** The scopes of a mandate, as a frozen list that others with the same have as well. */
export function scopeListOf(mandate: Mandate): readonly string[] {
  const scope = mandate.scope ?? "";
  const known = scopeLists.get(scope);
  if (known !== undefined) return known;
  const list = Object.freeze(scopesOf(mandate));
  if (scope.length > MAX_SCOPE_LENGTH) return list;
  const bytes = 200 + 2 * scope.length + 40 * list.length;
  if (scopeLists.size >= MAX_SCOPE_LISTS || scopeBytes + bytes > MAX_SCOPE_BYTES) {
    scopeLists.clear();
    scopeBytes = 0;
  }
  scopeLists.set(scope, list);
  scopeBytes += bytes;
  return list;
}
