import type { Group, Situation } from "../case.js";
import type { Members } from "../json-text.js";
import { NOW, OTHER_AUDIENCE, USER } from "../mandates.js";
import { joined } from "../token.js";

/** What spoils a case, so that one check refuses it. What is spoilt later is applied first. */
export interface Spoiler {
  readonly check: string;
  readonly group: Group;
  readonly verdict: string;
  readonly header?: Members;
  readonly headerText?: (json: string) => string;
  readonly claims?: Members;
  readonly payloadText?: (json: string) => string;
  readonly token?: (token: string) => string;
  readonly situation?: Situation;
}

/** Every check in its order, but for those of the STS and the store being away. */
export const SPOILERS: readonly Spoiler[] = [
  {
    check: "bearer",
    group: "bearer",
    verdict: "invalid_token/bearer",
    situation: { authorization: "" },
  },
  {
    check: "size",
    group: "encoding",
    verdict: "invalid_token/size",
    token: (token) => token + "A".repeat(16_384),
  },
  {
    check: "encoding",
    group: "encoding",
    verdict: "invalid_token/encoding",
    token: (token) => `${token}=`,
  },
  {
    check: "header-json",
    group: "header",
    verdict: "invalid_token/header",
    headerText: (json) => json.replace("{", '{"a":1,"a":1,'),
  },
  {
    check: "algorithm",
    group: "header",
    verdict: "invalid_token/algorithm",
    header: { alg: "HS256" },
  },
  { check: "kid", group: "header", verdict: "invalid_token/kid", header: { kid: "" } },
  { check: "typ", group: "header", verdict: "invalid_token/header", header: { typ: "JWE" } },
  { check: "crit", group: "header", verdict: "invalid_token/header", header: { crit: ["exp"] } },
  {
    check: "signature-length",
    group: "signature",
    verdict: "invalid_token/signature",
    situation: { signature: (s) => joined(s).subarray(1), io: "none" },
  },
  { check: "key", group: "signature", verdict: "invalid_token/key", header: { kid: "other" } },
  {
    check: "signature",
    group: "signature",
    verdict: "invalid_token/signature",
    situation: { key: "attacker" },
  },
  {
    check: "payload",
    group: "claims",
    verdict: "invalid_token/payload",
    payloadText: (json) => json.replace("{", '{"a":1,"a":1,'),
  },
  { check: "claim", group: "claims", verdict: "invalid_token/claim", claims: { sub: 1 } },
  {
    check: "issuer",
    group: "claims",
    verdict: "invalid_token/issuer",
    claims: { iss: "https://attacker.example" },
  },
  {
    check: "audience",
    group: "claims",
    verdict: "invalid_token/audience",
    claims: { aud: [OTHER_AUDIENCE] },
  },
  { check: "expiry", group: "claims", verdict: "invalid_token/expiry", claims: { exp: NOW } },
  { check: "time", group: "claims", verdict: "invalid_token/time", claims: { nbf: NOW + 61 } },
  {
    check: "lifetime",
    group: "claims",
    verdict: "invalid_token/lifetime",
    claims: { iat: NOW - 9_999 },
  },
  { check: "use", group: "claims", verdict: "invalid_token/use", claims: { use: "session" } },
  { check: "zone", group: "zone", verdict: "invalid_zone/zone", claims: { zone_id: "zone-2" } },
  {
    check: "scope",
    group: "authority",
    verdict: "insufficient_scope/scope",
    situation: { config: { requiredScopes: ["admin"] } },
  },
  {
    check: "target",
    group: "authority",
    verdict: "invalid_token/target",
    situation: { config: { requiredTargets: [OTHER_AUDIENCE] } },
  },
  {
    check: "agent",
    group: "authority",
    verdict: "agent_required/agent",
    situation: { config: { requireAgent: true } },
  },
  {
    check: "delegation",
    group: "authority",
    verdict: "delegation_required/delegation",
    situation: { config: { requireDelegation: true } },
  },
  {
    check: "chain",
    group: "chain",
    verdict: "chain_mismatch/chain",
    situation: { config: { requireChainContains: ["app-9"] } },
  },
  { check: "hops", group: "chain", verdict: "hop_count_exceeded/hops", claims: { hop_count: 11 } },
  {
    check: "revocation",
    group: "revocation",
    verdict: "session_revoked/revocation",
    situation: { revoked: [USER.root_sid] },
  },
  {
    check: "epoch",
    group: "revocation",
    verdict: "delegation_stale/epoch",
    claims: { delegation_graph_epoch: 7 },
    situation: { epochs: { "zone-1": 8 } },
  },
];
