import {
  type Check,
  type Code,
  challenge,
  challengeResponse,
  errorBody,
  MandateError,
  type MandateErrorFields,
} from "@caracalai/transport-mcp";
import { describe, expect, test } from "vitest";
import { verifierFor } from "./support/sts.js";
import { errorOf } from "./support/verdict.js";

const METADATA = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";
const SCOPES = ["mcp:tool:call", "notes:read"];

function errorWith(code: Code, check: Check, more: Partial<MandateErrorFields> = {}): MandateError {
  return new MandateError({ code, check, description: "Says why", hint: "Look here", ...more });
}

/** Error, status, challenge without and with the metadata's address. */
const INVALID = 'Bearer error="invalid_token", error_description="Says why"';
const TOO_LITTLE = 'Bearer error="insufficient_scope", error_description="Says why"';
const refusals: readonly (readonly [MandateError, number, string])[] = [
  [
    errorWith("missing_token", "bearer", { requiredScopes: SCOPES }),
    401,
    'Bearer scope="mcp:tool:call notes:read"',
  ],
  [errorWith("invalid_token", "signature"), 401, INVALID],
  [errorWith("invalid_zone", "zone"), 401, INVALID],
  [errorWith("session_revoked", "revocation"), 401, INVALID],
  [errorWith("delegation_stale", "epoch"), 401, INVALID],
  [
    errorWith("insufficient_scope", "scope", { requiredScopes: SCOPES }),
    403,
    `${TOO_LITTLE}, scope="mcp:tool:call notes:read"`,
  ],
  [errorWith("agent_required", "agent"), 403, TOO_LITTLE],
  [errorWith("delegation_required", "delegation"), 403, TOO_LITTLE],
  [errorWith("chain_mismatch", "chain"), 403, TOO_LITTLE],
  [errorWith("hop_count_exceeded", "hops"), 403, TOO_LITTLE],
];

const COMMON = { "content-type": "application/json", "cache-control": "no-store" };

function bodyOf({ code }: MandateError): string {
  return `{"error":"${code}","error_description":"Says why","error_hint":"Look here"}`;
}

describe("challenge", () => {
  test.each(refusals)("$code", (error, status, text) => {
    const body = bodyOf(error);
    expect(challenge(error)).toStrictEqual({
      status,
      headers: { ...COMMON, "www-authenticate": text },
      body,
    });
    expect(challenge(error, { resourceMetadata: METADATA })).toStrictEqual({
      status,
      headers: { ...COMMON, "www-authenticate": `${text}, resource_metadata="${METADATA}"` },
      body,
    });
  });

  test.each([{}, { resourceMetadata: METADATA }])("an outage, with %o", (options) => {
    const error = errorWith("verification_unavailable", "jwks_unavailable");
    expect(challenge(error, options)).toStrictEqual({
      status: 503,
      headers: { ...COMMON, "retry-after": "1" },
      body: bodyOf(error),
    });
  });

  test.each([
    ["no scope is needed", { requiredScopes: [] }, undefined, "Bearer"],
    ["scopes are not known", {}, undefined, "Bearer"],
    ["the metadata's address is empty", {}, "", "Bearer"],
    ["the metadata alone", {}, METADATA, `Bearer resource_metadata="${METADATA}"`],
  ])("no parameter without a value: %s", (_name, fields, resourceMetadata, text) => {
    const error = errorWith("missing_token", "bearer", fields);
    expect(challenge(error, { resourceMetadata }).headers["www-authenticate"]).toBe(text);
  });
});

test("challengeResponse says the same as a Response", async () => {
  for (const [error] of refusals) {
    const response = challengeResponse(error, { resourceMetadata: METADATA });
    const { status, headers, body } = challenge(error, { resourceMetadata: METADATA });
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toEqual(headers);
    expect(await response.text()).toBe(body);
  }
  expect(challengeResponse(errorWith("missing_token", "bearer")).status).toBe(401);
});

test("errorBody has the three members that are for the caller, and no more", () => {
  const error = errorWith("insufficient_scope", "scope", { requiredScopes: SCOPES });
  expect(errorBody(error)).toStrictEqual({
    error: "insufficient_scope",
    error_description: "Says why",
    error_hint: "Look here",
  });
});

describe("a name that the operator configured", () => {
  const NAMES: readonly (readonly [string, string])[] = [
    ['app", error="none', "app?, error=?none"],
    ["app\\", "app?"],
    ['app\\"', "app??"],
    ["app\nset-cookie: a=b", "app?set-cookie: a=b"],
    ["app\r\n\r\nbody", "app????body"],
    ["app\0", "app?"],
    ["äpp\u{1f600}", "?pp??"],
    ["app\u2028\ud800", "app??"],
    ["app\u007f", "app?"],
  ];

  test.each(NAMES)("%j stays within its quotes", async (name, shown) => {
    const error = errorWith("chain_mismatch", "chain", {
      description: `Delegation chain missing application: ${name}`,
    });
    const response = challengeResponse(error, { resourceMetadata: `https://a.example/${name}` });
    expect(response.headers.get("www-authenticate")).toBe(
      `Bearer error="insufficient_scope", error_description="Delegation chain missing application: ${shown}", resource_metadata="https://a.example/${shown}"`,
    );
    expect(await response.json()).toMatchObject({ error_description: error.description });
  });
});

test("the scopes of a challenge are those of defaults and route together", async () => {
  const verifier = verifierFor(
    { issuer: "https://sts.example.com" },
    { requiredScopes: ["mcp:tool:call"] },
  );
  const result = await verifier.authorization(undefined, { requiredScopes: ["notes:read"] });
  expect(challenge(errorOf(result)).headers["www-authenticate"]).toBe(
    'Bearer scope="mcp:tool:call notes:read"',
  );
});
