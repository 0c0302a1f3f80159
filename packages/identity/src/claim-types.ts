import { isJsonObject, type JsonObject } from "./json-object.js";

/** Lists in a mandate are bounded: nothing that an STS issues comes near. */
const MAX_LIST_LENGTH = 64;

interface ClaimType {
  readonly is: (value: unknown) => boolean;
  /** Has to be there. A claim that a check of its own judges is not listed so: it refuses there. */
  readonly required?: true;
}

/** Each claim of the wire format with its type. Other claims are ignored. */
const CLAIM_TYPES: Readonly<Record<string, ClaimType>> = {
  iss: { is: isNonEmptyString },
  aud: { is: (value) => isNonEmptyString(value) || isListOf(isString)(value) },
  sub: { is: isNonEmptyString, required: true },
  sub_type: { is: (value) => value === "user" || value === "application", required: true },
  client_id: { is: isNonEmptyString, required: true },
  zone_id: { is: isNonEmptyString },
  jti: { is: isNonEmptyString, required: true },
  iat: { is: isCount },
  exp: { is: isCount },
  nbf: { is: isCount },
  use: { is: isString },
  sid: { is: isNonEmptyString, required: true },
  root_sid: { is: isNonEmptyString, required: true },
  scope: { is: isString },
  target: { is: isListOf(isString) },
  // An empty id would be an agent, or a delegation, that nothing can revoke.
  agent_session_id: { is: isNonEmptyString },
  delegation_edge_id: { is: isNonEmptyString },
  source_session_id: { is: isString },
  target_session_id: { is: isString },
  delegation_path: { is: isListOf(isString) },
  delegation_chain: { is: isListOf(isChainEntry) },
  hop_count: { is: isCount },
  delegation_graph_epoch: { is: isCount },
};

const CLAIMS = Object.entries(CLAIM_TYPES);

/**
 * Takes the known claims out of a payload.
 *
 * @returns undefined where one is of the wrong type, or one that no other check judges is missing
 */
export function readClaims(payload: JsonObject): JsonObject | undefined {
  const claims: Record<string, unknown> = {};
  for (const [name, { is, required }] of CLAIMS) {
    if (Object.hasOwn(payload, name)) {
      const value = payload[name];
      if (!is(value)) return undefined;
      claims[name] = value;
    } else if (required) {
      return undefined;
    }
  }
  return claims;
}

function isString(value: unknown): boolean {
  return typeof value === "string";
}

function isNonEmptyString(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** A number from 0 on, exact in every language: beyond 2^53 - 1 two numbers can be one. */
function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isListOf(isItem: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.length <= MAX_LIST_LENGTH && value.every(isItem);
}

function isChainEntry(value: unknown): boolean {
  return (
    isJsonObject(value) &&
    isNonEmptyString(value.application_id) &&
    isOptionalId(value, "agent_session_id") &&
    isOptionalId(value, "delegation_edge_id")
  );
}

function isOptionalId(object: JsonObject, member: string): boolean {
  return !Object.hasOwn(object, member) || isNonEmptyString(object[member]);
}
