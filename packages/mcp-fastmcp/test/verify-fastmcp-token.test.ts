import { applicationMandate, delegatedMandate } from "@caracalai/dev-sts";
import * as connector from "@caracalai/mcp-fastmcp";
import { extractBearer, FastMcpAuthError, verifyFastMcpToken } from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  ConfigurationError,
  MandateError,
  type MandateVerifierOptions,
  type Requirements,
  extractBearer as transportExtractBearer,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { AUDIENCE, optionsFor, stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile({ zones: ["zone_dev", "zone_other"] });
const down = await stsOfFile();
const unused = down.mint();
await down.pause();

const revocations = new InMemoryRevocationStore();
revocations.markRevoked("sid_revoked");
revocations.markDelegationEpoch("zone_dev", 7);
const options = optionsFor(sts, { revocations });
const verifier = verifierFor(sts, { revocations });

function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail("expected a refusal"),
    (error: unknown) => error,
  );
}

test("the package exports what it says, and no more", () => {
  expect(Object.keys(connector).sort()).toEqual([
    "FastMcpAuthError",
    "createMandateVerifier",
    "currentPrincipal",
    "extractBearer",
    "protectPrompt",
    "protectResource",
    "protectResourceTemplate",
    "protectServer",
    "protectTool",
    "verifyFastMcpToken",
  ]);
  expect(extractBearer).toBe(transportExtractBearer);
});

describe("lets in, and tells subject, zone and scope alone", () => {
  test.each([
    ["by a verifier", verifier],
    ["by options", options],
  ])("%s", async (_name, by) => {
    const token = sts.mint({ sub: "ada", scope: "mcp:tool:call notes:read" });
    expect(await verifyFastMcpToken(token, by)).toStrictEqual({
      sub: "ada",
      zoneId: "zone_dev",
      scope: "mcp:tool:call notes:read",
    });
  });

  test("without a scope, by a route that is met", async () => {
    const token = sts.mint(applicationMandate({ scope: undefined }));
    const route = { requiredTargets: [AUDIENCE], maxHopCount: 0 };
    expect(await verifyFastMcpToken(token, verifier, route)).toStrictEqual({
      sub: "app_dev",
      zoneId: "zone_dev",
      scope: "",
    });
  });
});

type Case = readonly [
  name: string,
  refusal: string,
  token: string,
  route?: Requirements,
  by?: MandateVerifierOptions,
];

const delegated = (claims = {}) => sts.mint(delegatedMandate({ hops: 2, ...claims }));
const nowSeconds = Math.floor(Date.now() / 1_000);

const refusals: readonly Case[] = [
  ["nothing", "missing_token/bearer", ""],
  ["too long", "invalid_token/size", "e".repeat(17_000)],
  ["two parts", "invalid_token/encoding", "a.b"],
  ["crit", "invalid_token/header", sts.mint({}, { header: { crit: ["x"] } })],
  ["no algorithm", "invalid_token/algorithm", sts.mint({}, { header: { alg: "none" } })],
  ["no kid", "invalid_token/kid", sts.mint({}, { header: { kid: undefined } })],
  ["unknown kid", "invalid_token/key", sts.mint({}, { kid: "unknown" })],
  ["foreign key", "invalid_token/signature", sts.mint({}, { signWith: "foreign" })],
  ["no subject", "invalid_token/claim", sts.mint({ sub: undefined })],
  ["issuer", "invalid_token/issuer", sts.mint({ iss: `${sts.issuer}/` })],
  ["audience", "invalid_token/audience", sts.mint({ aud: [`${AUDIENCE}/`] })],
  ["expired", "invalid_token/expiry", sts.mint({}, { now: nowSeconds - 1_000 })],
  ["not yet", "invalid_token/time", sts.mint({}, { now: nowSeconds + 1_000 })],
  ["lives long", "invalid_token/lifetime", sts.mint({ exp: nowSeconds + 9_000 })],
  ["use", "invalid_token/use", sts.mint({ use: "session" })],
  ["zone", "invalid_zone/zone", sts.mint({ zone_id: "zone_other" })],
  ["scope", "insufficient_scope/scope", sts.mint(), { requiredScopes: ["notes:read"] }],
  ["target", "invalid_token/target", sts.mint(), { requiredTargets: ["https://other"] }],
  ["agent", "agent_required/agent", sts.mint(), { requireAgent: true }],
  ["delegation", "delegation_required/delegation", sts.mint(), { requireDelegation: true }],
  ["chain", "chain_mismatch/chain", delegated(), { requireChainContains: ["app_9"] }],
  ["hops", "hop_count_exceeded/hops", delegated(), { maxHopCount: 1 }],
  ["revoked", "session_revoked/revocation", sts.mint({ sid: "sid_revoked" })],
  ["epoch", "delegation_stale/epoch", delegated({ delegation_graph_epoch: 6 })],
  ["STS down", "verification_unavailable/jwks_unavailable", unused, {}, optionsFor(down)],
];

describe("refuses", () => {
  test.each(
    refusals.map(([name, refusal, token, route, by = options]) => ({
      name,
      refusal,
      token,
      route,
      by,
    })),
  )("$name: $refusal", async ({ refusal, token, route, by }) => {
    const error = await rejection(verifyFastMcpToken(token, by, route));
    expect(error).toBeInstanceOf(FastMcpAuthError);
    expect(error).toBeInstanceOf(MandateError);
    expect(error).toBeInstanceOf(Error);
    const { name, code, check, description, hint, message } = error as FastMcpAuthError;
    expect(`${code}/${check}`).toBe(refusal);
    expect(name).toBe("FastMcpAuthError");
    expect(message).toBe(description);
    for (const text of [description, hint]) expect(text).toMatch(/^\S.*\S$/);
  });

  test("with every code that there is", () => {
    const codes = new Set(refusals.map(([, refusal]) => refusal.split("/")[0]));
    expect(codes.size).toBe(11);
  });
});

test.each<readonly [string, unknown]>([
  ["undefined", undefined],
  ["null", null],
  ["a number", 7],
  ["an object", {}],
  ["a list", [sts.mint()]],
])("a token that is %s is none", async (_name, token) => {
  const error = await rejection(verifyFastMcpToken(token as string, verifier));
  expect(error).toMatchObject({ name: "FastMcpAuthError", code: "missing_token" });
});

describe("a mistake in the configuration is no refusal", () => {
  test.each<readonly [string, unknown, unknown?]>([
    ["no options", undefined],
    ["null", null],
    ["text", "https://sts.example.com"],
    ["empty options", {}],
    ["no issuer", { ...options, issuer: undefined }],
    ["no audience", { ...options, audience: undefined }],
    ["no zone", { ...options, zoneId: undefined }],
    ["no revocations", { ...options, revocations: undefined }],
    ["an unknown option", { ...options, requiredScope: ["a"] }],
    ["an issuer that is no URL", { ...options, issuer: "sts" }],
    ["a route that is null", options, null],
    ["a route of text", verifier, "notes:read"],
    ["an unknown requirement", verifier, { requiredScope: ["a"] }],
    ["a malformed requirement", verifier, { requireAgent: "yes" }],
  ])("%s", async (_name, by, route) => {
    const promise = verifyFastMcpToken(
      sts.mint(),
      by as MandateVerifierOptions,
      route as Requirements,
    );
    const error = await rejection(promise);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).not.toBeInstanceOf(FastMcpAuthError);
  });
});
