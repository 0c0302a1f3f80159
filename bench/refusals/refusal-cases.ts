import { delegatedMandate, type MintClaims, type MintOptions } from "@caracalai/dev-sts";
import type { AuthResult, Requirements } from "@caracalai/transport-mcp";
import type { Setting } from "./setting.js";
import { shapeCases } from "./shape-cases.js";

/** Acceptances to compare with, by name. */
export const ACCEPTANCES = ["accepted", "accepted, 15 KiB", "accepted, 15 KiB, two zones"] as const;
export type Acceptance = (typeof ACCEPTANCES)[number];

/** One kind of answer. */
export interface RefusalCase {
  readonly name: string;
  /** `ok`, or code and check. */
  readonly expected: string;
  /** A token, or a whole header value. */
  readonly input: string;
  readonly judge: (input: string) => Promise<AuthResult>;
  /** How many calls are timed together. */
  readonly batch: number;
  /** The acceptance that it is compared with: of the same size, by the same verifier. */
  readonly beside: Acceptance;
}

type Row = readonly [
  name: string,
  expected: string,
  claims: MintClaims,
  options?: MintOptions,
  route?: Requirements,
];

const delegated = delegatedMandate({ hops: 3, scope: "notes:read" });
const now = Math.floor(Date.now() / 1_000);
/** Deeper, and the development STS could not write it. */
const DEEP: MintClaims = {
  deep: JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`),
  more: "x".repeat(6_000),
};

/** From the key on: each token is well formed, and refused where its name says. */
const ROWS: readonly Row[] = [
  ["unknown kid", "invalid_token/key", {}, { kid: "unknown" }],
  ["wrong signature", "invalid_token/signature", {}, { tamper: "signature" }],
  ["another payload", "invalid_token/signature", {}, { tamper: "payload" }],
  ["payload 2,000 levels deep, 15 KiB, signed", "invalid_token/payload", DEEP],
  ["claim missing", "invalid_token/claim", { sub: undefined }],
  ["another issuer", "invalid_token/issuer", { iss: "https://other.example.com" }],
  ["another audience", "invalid_token/audience", { aud: ["https://other.example.com"] }],
  ["expired", "invalid_token/expiry", { iat: now - 900, exp: now - 1 }],
  ["not yet valid", "invalid_token/time", { nbf: now + 5_000 }],
  ["lives too long", "invalid_token/lifetime", { exp: now + 80_000 }],
  ["session mandate", "invalid_token/use", { use: "session" }],
  ["another zone", "invalid_zone/zone", { zone_id: "zone_x" }],
  ["missing scope", "insufficient_scope/scope", {}, {}, { requiredScopes: ["notes:write"] }],
  ["missing target", "invalid_token/target", {}, {}, { requiredTargets: ["urn:t"] }],
  [
    "not an agent",
    "agent_required/agent",
    { agent_session_id: undefined },
    {},
    { requireAgent: true },
  ],
  [
    "not delegated",
    "delegation_required/delegation",
    { delegation_edge_id: undefined },
    {},
    { requireDelegation: true },
  ],
  ["application not in the chain", "chain_mismatch/chain", {}, {}, { requireChainContains: ["x"] }],
  ["too many hops", "hop_count_exceeded/hops", {}, {}, { maxHopCount: 2 }],
  ["revoked", "session_revoked/revocation", { sid: "revoked" }],
  ["older delegation graph", "delegation_stale/epoch", { delegation_graph_epoch: 1 }],
];

/** An acceptance first, then every kind of refusal in the order of checks. */
export function refusalCases(setting: Setting): readonly RefusalCase[] {
  const { sts, forgetful, revocations } = setting;
  const { one, both } = forgetful;
  revocations.markRevoked("revoked");
  revocations.markDelegationEpoch("zone_a", 2);

  const claims = { ...delegated, delegation_graph_epoch: 2 };
  const accepted = sts.mint(claims);
  const large = sts.mint({ ...claims, more: "x".repeat(10_000) });
  const base = { judge: one.authenticate, batch: 100, beside: ACCEPTANCES[0] };
  const ok = { ...base, expected: "ok" };
  return [
    { ...ok, name: ACCEPTANCES[0], input: accepted },
    { ...ok, name: ACCEPTANCES[1], input: large },
    { ...ok, name: ACCEPTANCES[2], input: large, judge: both.authenticate },
    ...shapeCases(setting, accepted),
    ...ROWS.map(([name, expected, changes, options, route = {}]) => ({
      ...base,
      name,
      expected,
      beside: changes === DEEP ? ACCEPTANCES[1] : ACCEPTANCES[0],
      input: sts.mint({ ...claims, ...changes }, options),
      judge: one.require(route).authenticate,
    })),
  ];
}
