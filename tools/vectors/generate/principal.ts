import type { Members } from "./json-text.js";

/**
 * The principal that an accepted mandate makes, written from the wire format and not from any
 * implementation.
 */
export function principalOf(claims: Members): Members {
  const scope = textOf(claims.scope) ?? "";
  return {
    sub: claims.sub,
    subType: claims.sub_type,
    clientId: claims.client_id,
    zoneId: claims.zone_id,
    scope,
    scopes: scope.split(" ").filter((name) => name !== ""),
    targets: claims.target ?? [],
    agentSessionId: claims.agent_session_id ?? null,
    hopCount: Math.max(
      typeof claims.hop_count === "number" ? claims.hop_count : 0,
      lengthOf(claims.delegation_path),
      lengthOf(claims.delegation_chain) - 1,
    ),
    expiresAt: claims.exp,
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}
