import { AUDIENCE, ISSUER, NOW } from "../support/world.js";
import type { Failures } from "./model-order.js";

export type Json = Readonly<Record<string, unknown>>;

/** Claims by type, as the wire format has them; `!` marks those that no later check would miss. */
const TYPES: Readonly<Record<string, string>> = {
  id: "iss sub! client_id! zone_id jti! sid! root_sid! agent_session_id delegation_edge_id",
  text: "use scope source_session_id target_session_id",
  texts: "target delegation_path",
  count: "iat exp nbf hop_count delegation_graph_epoch",
  kind: "sub_type!",
  audience: "aud",
  chain: "delegation_chain",
};

const list = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) && value.length < 65 ? value : undefined;

const TESTS: Readonly<Record<string, (value: unknown) => boolean | undefined>> = {
  id: (value) => typeof value === "string" && value.length > 0,
  text: (value) => typeof value === "string",
  texts: (value) => list(value)?.every((item) => typeof item === "string"),
  count: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 2 ** 53,
  kind: (value) => ["user", "application"].some((kind) => kind === value),
  audience: (value) => TESTS.id?.(value) || TESTS.texts?.(value),
  chain: (value) => list(value)?.every(isEntry),
};

function isEntry(value: unknown): boolean {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const { application_id, agent_session_id = "x", delegation_edge_id = "x" } = value as Json;
  return [application_id, agent_session_id, delegation_edge_id].every((id) => TESTS.id?.(id));
}

function isWellTyped(claims: Json): boolean {
  return Object.entries(TYPES).every(([type, names]) =>
    names.split(" ").every((marked) => {
      const name = marked.replace("!", "");
      return name in claims ? TESTS[type]?.(claims[name]) : name === marked;
    }),
  );
}

/** Step 5 of the contract, at the fixed moment, with the default tolerance and lifetime. */
export function failuresOfClaims(claims: Json, zones: readonly string[]): Failures {
  const [iat, nbf, exp] = [claims.iat, claims.nbf ?? 0, claims.exp].map(Number) as [
    number,
    number,
    number,
  ];
  return {
    claim: !isWellTyped(claims),
    issuer: claims.iss !== ISSUER,
    audience: !(claims.aud === AUDIENCE || list(claims.aud)?.some((item) => item === AUDIENCE)),
    expiry: !(exp - NOW > 0),
    time: !(iat - NOW <= 60 && nbf - NOW <= 60 && exp - iat >= 0),
    lifetime: !(exp - iat <= 3_600),
    use: claims.use !== "resource",
    zone: !zones.some((zone) => zone === claims.zone_id),
  };
}
