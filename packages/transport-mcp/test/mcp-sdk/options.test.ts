import {
  ConfigurationError,
  type MandateVerifier,
  type Requirements,
} from "@caracalai/transport-mcp";
import {
  createMandateGate,
  createTokenVerifier,
  requireMandate,
  type SdkOptions,
  scopeChallenge,
  type TokenVerifierOptions,
} from "@caracalai/transport-mcp/mcp-sdk";
import { OAuthError } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { verifierFor } from "../support/sts.js";

const verifier = verifierFor({ issuer: "https://sts.example.com" });
const errors = { OAuthError };

function expectConfigurationError(attempt: () => unknown, message: RegExp): void {
  expect(attempt).toThrow(ConfigurationError);
  expect(attempt).toThrow(message);
}

type Create = (options: SdkOptions) => unknown;

describe.each<readonly [string, Create, object]>([
  ["createMandateGate", createMandateGate, {}],
  ["requireMandate", requireMandate, {}],
  ["createTokenVerifier", createTokenVerifier as Create, { errors }],
])("%s", (name, create, needed) => {
  test.each([undefined, null, "text", []])("refuses %o for options", (options) => {
    const attempt = () => create(options as unknown as SdkOptions);
    expectConfigurationError(attempt, new RegExp(`^${name}: has to be an object$`));
  });

  test.each<readonly [string, object, string]>([
    ["no verifier", {}, `${name}: verifier is missing`],
    ["a verifier that is none", { verifier: {} }, `${name}: verifier is missing`],
    ["an unknown option", { verifier, scopes: ["a"] }, `${name}: unknown option scopes`],
    ["an unknown requirement", { verifier, route: { scopes: [] } }, "requirements: unknown"],
    ["a malformed requirement", { verifier, route: { maxHopCount: -1 } }, "maxHopCount"],
    ["metadata at no URL", { verifier, resourceMetadataUrl: "m" }, "resourceMetadataUrl has to be"],
    ["metadata over http", { verifier, resourceMetadataUrl: "http://a.example/m" }, "resourceMeta"],
  ])("refuses %s", (_name, options, message) => {
    const attempt = () => create({ ...needed, ...options } as SdkOptions);
    expectConfigurationError(attempt, new RegExp(`^${message}`));
  });

  test("takes all that is documented, and undefined for what has a default", () => {
    const resourceMetadataUrl = "https://a.example/metadata";
    create({ ...needed, verifier, route: { requiredScopes: ["a"] }, resourceMetadataUrl });
    create({ ...needed, verifier, route: undefined, resourceMetadataUrl: undefined });
  });
});

test.each<readonly [unknown, RegExp]>([
  [null, /^tools has to be an object/],
  ["delete_notes", /^tools has to be an object/],
  [["delete_notes"], /^tools has to be an object/],
  [{ delete_notes: undefined }, /^requirements: has to be an object/],
  [{ delete_notes: ["notes:delete"] }, /^requirements: has to be an object/],
  [{ delete_notes: { scopes: ["a"] } }, /^requirements: unknown option scopes/],
])("requireMandate refuses %o for tools", (tools, message) => {
  expectConfigurationError(() => requireMandate({ verifier, tools: tools as never }), message);
});

test.each<readonly [string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["no class", {}],
  ["text", { OAuthError: "OAuthError" }],
  ["a part of v1", { InvalidTokenError: Error, InsufficientScopeError: Error }],
  ["another part of v1", { InvalidTokenError: Error, ServerError: Error }],
  ["the least part of v1", { ServerError: Error }],
  ["a part of v1, with the class that v2 has", { InvalidTokenError: Error, OAuthError }],
])("createTokenVerifier refuses %s for errors", (_name, given) => {
  const options = { verifier, errors: given } as TokenVerifierOptions;
  expectConfigurationError(() => createTokenVerifier(options), /^errors has to hold/);
});

describe("scopeChallenge", () => {
  test.each<readonly [string, unknown, unknown, RegExp]>([
    ["no verifier", undefined, { requiredScopes: ["a"] }, /^scopeChallenge: verifier is missing/],
    ["no route", verifier, undefined, /^requirements: has to be an object/],
    ["a malformed route", verifier, { requiredScopes: ["a b"] }, /^requiredScopes: "a b"/],
    ["no scope to name", verifier, { requireAgent: true }, /^scopeChallenge: a scope is missing/],
  ])("refuses %s", (_name, judge, route, message) => {
    const attempt = () => scopeChallenge(judge as MandateVerifier, route as Requirements);
    expectConfigurationError(attempt, message);
  });

  test("is content with a scope among the verifier's defaults", () => {
    scopeChallenge(verifier.require({ requiredScopes: ["a"] }), { requireAgent: true });
  });
});
