import { delegatedMandate, type MintClaims, type MintOptions } from "@caracalai/dev-sts";
import type {
  AuthorizationHeader,
  KeyCache,
  MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { storeOf } from "./stores.js";
import { nowSeconds } from "./sts.js";

export const MARKER = "MARKER-5ecre7";

const now = nowSeconds();

/** Parts of a token that are long enough to be of use to someone. */
const PART_LENGTH = 16;

/** What of the secrets is in a text. */
export function foundIn(text: string, token: string): string[] {
  const parts = Array.from({ length: Math.max(0, token.length - PART_LENGTH + 1) }, (_, start) =>
    token.slice(start, start + PART_LENGTH),
  );
  return [MARKER, ...parts].filter((part) => text.includes(part));
}

/** The marker wherever a caller can put one. */
export const marked = delegatedMandate({
  sub: `sub-${MARKER}`,
  client_id: `client-${MARKER}`,
  sid: `sid-${MARKER}`,
  root_sid: `root-${MARKER}`,
  agent_session_id: `agent-${MARKER}`,
  delegation_edge_id: `edge-${MARKER}`,
  scope: `scope-${MARKER}`,
  jti: `jti-${MARKER}`,
  unknown: MARKER,
  target: [`target-${MARKER}`],
});

const leakyError = new Error(MARKER, { cause: MARKER });
const throws = () => {
  throw leakyError;
};
const revokesAll = storeOf({ isRevoked: () => true });
const epoch = storeOf({ currentDelegationEpoch: () => 9 });

type Case = readonly [
  name: string,
  claims: MintClaims,
  mint?: MintOptions,
  options?: Partial<MandateVerifierOptions>,
];

const cases: readonly Case[] = [
  ["header", {}, { header: { jku: `https://${MARKER}`, crit: [MARKER] } }],
  ["typ", {}, { header: { typ: MARKER } }],
  ["algorithm", {}, { header: { alg: MARKER } }],
  ["kid", {}, { kid: `${MARKER}\n` }],
  ["unknown kid", {}, { kid: MARKER }],
  ["signature", {}, { signWith: "foreign" }],
  ["claim", { sub_type: MARKER }],
  ["issuer", { iss: `https://${MARKER}` }],
  ["audience", { aud: [MARKER] }],
  ["expiry", { exp: now - 1 }],
  ["time", { iat: now + 1_000, exp: now + 1_500 }],
  ["lifetime", { exp: now + 9_000 }],
  ["use", { use: MARKER }],
  ["zone", { zone_id: MARKER }],
  ["zone, of several", { zone_id: MARKER }, {}, { zoneId: ["zone_dev", "zone_b"] }],
  ["scope", {}, {}, { requiredScopes: ["a"] }],
  ["target", {}, {}, { requiredTargets: ["t"] }],
  ["agent", { agent_session_id: undefined }, {}, { requireAgent: true }],
  ["delegation", { delegation_edge_id: undefined }, {}, { requireDelegation: true }],
  ["chain", {}, {}, { requireChainContains: ["a"] }],
  ["chain integrity", { hop_count: 3 }, {}, { requireChainIntegrity: true }],
  ["hops", {}, {}, { maxHopCount: 0 }],
  ["revocation", {}, {}, { revocations: revokesAll }],
  ["epoch", {}, {}, { revocations: epoch }],
  ["a store that throws", {}, {}, { revocations: storeOf({ isRevoked: throws }) }],
  [
    "a store that rejects",
    {},
    {},
    { revocations: storeOf({ check: () => Promise.reject(leakyError) }) },
  ],
  ["a store that answers text", {}, {}, { revocations: storeOf({ isRevoked: () => MARKER }) }],
  [
    "keys that can't be had",
    {},
    {},
    { keyCache: { find: throws, warmup: throws } satisfies KeyCache },
  ],
];

/** Claims that are refused beside {@link marked}, one for each check, and the verifier that does. */
export const refusedMandates = cases.map(([name, claims, mint, options]) => ({
  name,
  claims,
  mint,
  options,
}));

/** Headers that are refused, with a token and the marker in each. */
export function headersAround(token: string): readonly (readonly [string, AuthorizationHeader])[] {
  const [header = "", payload = "", signature = ""] = token.split(".");
  return [
    ["two tokens", `Bearer ${token} ${token}`],
    ["a comma list", `Bearer ${token}, Bearer ${token}`],
    ["two headers", [`Bearer ${token}`, MARKER]],
    ["another scheme", `Basic ${MARKER}${token}`],
    ["no scheme", token],
    ["a marker alone", `Bearer ${MARKER}`],
    ["two parts", `Bearer ${header}.${payload}`],
    ["four parts", `Bearer ${token}.${MARKER}`],
    ["padding", `Bearer ${token}==`],
    ["too long", `Bearer ${token}${MARKER.repeat(2_000)}`],
    ["another header", `Bearer ${MARKER}.${payload}.${signature}`],
    ["another payload", `Bearer ${header}.${MARKER}.${signature}`],
    ["another signature", `Bearer ${header}.${payload}.${MARKER}`],
  ];
}
