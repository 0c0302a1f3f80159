import { createRequire } from "node:module";
import { delegatedMandate, type MintClaims, type MintOptions } from "@caracalai/dev-sts";
import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";
import {
  createTokenVerifier,
  principalFrom,
  type SdkV1Errors,
} from "@caracalai/transport-mcp/mcp-sdk";
import * as v1 from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { OAuthError, OAuthErrorCode } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { storeOf } from "../support/stores.js";
import { AUDIENCE, nowSeconds, stsOfFile, verifierFor } from "../support/sts.js";

const sts = await stsOfFile();
const v1AsCommonJs: SdkV1Errors = createRequire(import.meta.url)(
  "@modelcontextprotocol/sdk/server/auth/errors.js",
);

const revoked = new InMemoryRevocationStore();
revoked.markRevoked("session_revoked");
const broken = storeOf({
  isRevoked: () => {
    throw new Error("down");
  },
});

type Code = "invalid_token" | "insufficient_scope" | "server_error";
type Case = readonly [
  code: Code,
  message: string,
  claims: MintClaims,
  more?: { readonly mint?: MintOptions; readonly revocations?: RevocationStore },
];

const refusals: readonly Case[] = [
  ["invalid_token", "Token validation failed", {}, { mint: { signWith: "foreign" } }],
  ["invalid_token", "Token validation failed", { exp: nowSeconds() - 1 }],
  ["invalid_token", "Token zone validation failed", { zone_id: "other" }],
  ["invalid_token", "Session revoked", { sid: "session_revoked" }],
  ["insufficient_scope", "Missing scope: a", { scope: "b" }],
  ["insufficient_scope", "Hop count exceeded", delegatedMandate({ hops: 11, scope: "a" })],
  ["server_error", "Verification unavailable", {}, { revocations: broken }],
];

const cases = refusals.map(([code, message, claims, more]) => ({ code, message, claims, ...more }));

const V1_CLASSES = {
  invalid_token: "InvalidTokenError",
  insufficient_scope: "InsufficientScopeError",
  server_error: "ServerError",
} as const;

describe.each<readonly [string, SdkV1Errors]>([
  ["the module", v1],
  ["the CommonJS copy, whose classes are others", v1AsCommonJs],
])("with the errors of SDK v1: %s", (_name, errors) => {
  test.each(cases)("$code: $message", async ({ code, message, claims, mint, ...more }) => {
    const verifier = verifierFor(sts, { revocations: more.revocations ?? revoked });
    const route = { requiredScopes: ["a"] };
    const { verifyAccessToken } = createTokenVerifier({ verifier, route, errors });
    const token = sts.mint({ scope: "a", ...claims }, mint);
    const error: unknown = await verifyAccessToken(token).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(errors[V1_CLASSES[code]]);
    expect(error).toMatchObject({ errorCode: code, message });
  });
});

describe("with the error of SDK v2", () => {
  test.each(cases)("$code: $message", async ({ code, message, claims, mint, ...more }) => {
    const verifier = verifierFor(sts, { revocations: more.revocations ?? revoked });
    const route = { requiredScopes: ["a"] };
    const { verifyAccessToken } = createTokenVerifier({ verifier, route, errors: { OAuthError } });
    const token = sts.mint({ scope: "a", ...claims }, mint);
    const error: unknown = await verifyAccessToken(token).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(OAuthError);
    expect(error).toMatchObject({ code, message });
    expect(Object.values<string>(OAuthErrorCode)).toContain(code);
  });
});

test("a token that is none is an invalid one", async () => {
  const { verifyAccessToken } = createTokenVerifier({ verifier: verifierFor(sts), errors: v1 });
  await expect(verifyAccessToken("")).rejects.toBeInstanceOf(v1.InvalidTokenError);
});

test("resolves to the caller", async () => {
  const resourceMetadataUrl = `${AUDIENCE}/metadata`;
  const verifier = verifierFor(sts);
  const options = { verifier, errors: v1, resourceMetadataUrl };
  const token = sts.mint({ sub: "ada", client_id: "app_1" });
  const info = await createTokenVerifier(options).verifyAccessToken(token);
  expect(info).toMatchObject({ token, clientId: "app_1", resourceMetadataUrl });
  expect(principalFrom(info).sub).toBe("ada");
});

test("a name that fits no header leaves as one that does", async () => {
  const verifier = verifierFor(sts, { requireChainContains: ['app "ä"\\'] });
  const { verifyAccessToken } = createTokenVerifier({ verifier, errors: v1 });
  await expect(verifyAccessToken(sts.mint(delegatedMandate()))).rejects.toMatchObject({
    message: "Delegation chain missing application: app ????",
  });
});

test("an error holds nothing of the token", async () => {
  const { verifyAccessToken } = createTokenVerifier({ verifier: verifierFor(sts), errors: v1 });
  const token = sts.mint({ sub: "MARKER", scope: "MARKER" }, { signWith: "foreign" });
  const error = await verifyAccessToken(token).catch((thrown: Error) => thrown);
  const text = `${JSON.stringify(error)}${String(error)}${(error as Error).stack}`;
  expect(text).not.toContain("MARKER");
  expect(text).not.toContain(token.slice(0, 16));
});
