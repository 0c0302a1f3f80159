import { inspect } from "node:util";
import { delegatedMandate, type MintClaims, type MintOptions } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  type AuthorizationHeader,
  type AuthResult,
  challenge,
  type KeyCache,
  type MandateVerifierOptions,
} from "@caracalai/transport-mcp";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { storeOf } from "./support/stores.js";
import { AUDIENCE, nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";
import { errorOf, principalOf } from "./support/verdict.js";

const MARKER = "MARKER-5ecre7";
const sts = await stsOfFile();
const now = nowSeconds();

/** Parts of a token that are long enough to be of use to someone. */
const PART_LENGTH = 16;

/** What of the secrets is in a text. */
function foundIn(text: string, token: string): string[] {
  const parts = Array.from({ length: Math.max(0, token.length - PART_LENGTH + 1) }, (_, start) =>
    token.slice(start, start + PART_LENGTH),
  );
  return [MARKER, ...parts].filter((part) => text.includes(part));
}

/** Everything that an answer says anywhere. */
function textsOf(result: AuthResult): string {
  const error = errorOf(result);
  return [
    JSON.stringify(result),
    JSON.stringify(error),
    JSON.stringify(challenge(error, { resourceMetadata: `${AUDIENCE}/metadata` })),
    String(error),
    error.message,
    error.description,
    error.hint,
    error.stack,
    inspect(result, { depth: null, showHidden: true }),
  ].join("\n");
}

const consoleMethods = ["log", "info", "warn", "error", "debug", "trace"] as const;

beforeEach(() => {
  for (const method of consoleMethods) vi.spyOn(console, method).mockImplementation(() => {});
});

afterEach(() => {
  for (const method of consoleMethods) expect(console[method]).not.toHaveBeenCalled();
  vi.restoreAllMocks();
});

/** The marker wherever a caller can put one. */
const marked = delegatedMandate({
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

const minted: readonly Case[] = [
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

describe("nothing of a caller is in what is answered", () => {
  test.each(minted.map(([name, claims, mint, options]) => ({ name, claims, mint, options })))(
    "$name",
    async ({ claims, mint, options }) => {
      const { authenticate, authorization } = verifierFor(sts, options);
      const token = sts.mint({ ...marked, ...claims }, mint);
      for (const result of [await authenticate(token), await authorization(`Bearer ${token}`)]) {
        expect(foundIn(textsOf(result), token)).toEqual([]);
      }
    },
  );

  const token = sts.mint(marked);
  const [header = "", payload = "", signature = ""] = token.split(".");

  test.each<readonly [string, AuthorizationHeader]>([
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
  ])("as a header: %s", async (_name, value) => {
    const result = await verifierFor(sts).authorization(value);
    expect(foundIn(textsOf(result), token)).toEqual([]);
  });

  test("a principal is without its token", async () => {
    const result = await verifierFor(sts).authenticate(token);
    const principal = principalOf(result);
    const text = `${JSON.stringify(principal)}${inspect(result, { depth: null, showHidden: true })}`;
    expect(foundIn(text, token).filter((part) => part !== MARKER)).toEqual([]);
  });

  test("a recheck has no token to tell, and tells no claim", async () => {
    const revocations = new InMemoryRevocationStore();
    const { authenticate, recheck } = verifierFor(sts, { revocations });
    const principal = principalOf(await authenticate(token));
    revocations.markRevoked(`edge-${MARKER}`);
    for (const route of [{}, { requiredScopes: ["a"] }, { maxHopCount: 0 }]) {
      expect(foundIn(textsOf(await recheck(principal, route)), token)).toEqual([]);
    }
  });
});

test("the search finds what it looks for", () => {
  const token = sts.mint();
  expect(foundIn(`before ${token.slice(40, 60)} after`, token)).toHaveLength(5);
  expect(foundIn(MARKER, token)).toEqual([MARKER]);
});
