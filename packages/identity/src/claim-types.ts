import { isJsonObject, type JsonObject } from "./json-object.js";
import type { Mandate } from "./mandate.js";

/** Lists in a mandate are bounded: nothing that an STS issues comes near. */
const MAX_LIST_LENGTH = 64;

/** Claims that a check of their own judges: it refuses where one is missing. */
type JudgedClaims = "iss" | "aud" | "exp" | "iat" | "use" | "zone_id";

/** The claims of a payload, each of its type. The wire has a single audience as a string as well. */
export type TypedClaims = Omit<Mandate, JudgedClaims> &
  Partial<Pick<Mandate, "iss" | "exp" | "iat" | "zone_id">> & {
    readonly aud?: string | Mandate["aud"];
    readonly use?: string;
  };

/**
 * Whether every claim of the wire format is of its type, and none is missing that no other check
 * judges. Other claims are ignored. One claim a line, by name: a loop over a table of them costs
 * several times as much.
 */
export function hasClaimTypes(payload: JsonObject): payload is JsonObject & TypedClaims {
  return (
    isOptionalId(payload.iss) &&
    isOptionalAudience(payload.aud) &&
    isId(payload.sub) &&
    (payload.sub_type === "user" || payload.sub_type === "application") &&
    isId(payload.client_id) &&
    isOptionalId(payload.zone_id) &&
    isId(payload.jti) &&
    isOptionalCount(payload.iat) &&
    isOptionalCount(payload.exp) &&
    isOptionalCount(payload.nbf) &&
    isOptionalText(payload.use) &&
    isId(payload.sid) &&
    isId(payload.root_sid) &&
    isOptionalText(payload.scope) &&
    isOptionalTexts(payload.target) &&
    // An empty id would be an agent, or a delegation, that nothing can revoke.
    isOptionalId(payload.agent_session_id) &&
    isOptionalId(payload.delegation_edge_id) &&
    isOptionalText(payload.source_session_id) &&
    isOptionalText(payload.target_session_id) &&
    isOptionalTexts(payload.delegation_path) &&
    isOptionalChain(payload.delegation_chain) &&
    isOptionalCount(payload.hop_count) &&
    isOptionalCount(payload.delegation_graph_epoch)
  );
}

/** Text that is not empty. */
function isId(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isOptionalId(value: unknown): boolean {
  return value === undefined || isId(value);
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

/** A number from 0 on, exact in every language: beyond 2^53 - 1 two numbers can be one. */
function isOptionalCount(value: unknown): boolean {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0);
}

function isOptionalAudience(value: unknown): boolean {
  return isId(value) || isOptionalTexts(value);
}

function isOptionalTexts(value: unknown): boolean {
  return value === undefined || isListOf(value, isText);
}

function isOptionalChain(value: unknown): boolean {
  return value === undefined || isListOf(value, isChainEntry);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length <= MAX_LIST_LENGTH && value.every(isItem);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isChainEntry(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    isId(value.application_id) &&
    isOptionalId(value.agent_session_id) &&
    isOptionalId(value.delegation_edge_id)
  );
}
