import { InMemoryRevocationStore } from "@caracalai/revocation";
import type { MandateVerifier } from "@caracalai/transport-mcp";
import { createTokenVerifier, principalFrom } from "@caracalai/transport-mcp/mcp-sdk";
import * as errors from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import {
  OAuthError,
  requireBearerAuth as requireBearerAuthV2,
  type VerifyBearerTokenOptions,
} from "@modelcontextprotocol/server";
import express from "express";
import { describe, expect, test } from "vitest";
import { storeOf } from "../support/stores.js";
import { AUDIENCE, stsOfFile, verifierFor } from "../support/sts.js";
import { listen } from "./support/listen.js";
import { post } from "./support/post.js";

// What the SDK's own middlewares make of our verifier, and which checks are theirs: as documented.

const METADATA = `${AUDIENCE}/metadata`;
const sts = await stsOfFile();
const down = storeOf({ check: () => Promise.reject(new Error("down")) });

interface Seen {
  readonly status: number | undefined;
  readonly challenge: string | null | undefined;
  readonly body: unknown;
}

/** SDK v1 over HTTP: the answer, or who was let in. */
async function askV1(verifier: MandateVerifier, authorization: string | string[]): Promise<Seen> {
  const app = express();
  const bearerAuth = requireBearerAuth({
    verifier: createTokenVerifier({ verifier, errors }),
    requiredScopes: ["a"],
    resourceMetadataUrl: METADATA,
    expectedResource: new URL(AUDIENCE),
  });
  app.post("/mcp", bearerAuth, (req, res) => {
    res.json({ sub: principalFrom(req.auth).sub, hasToken: req.auth?.token !== undefined });
  });
  const { status, headers, text } = await post(await listen(app), {}, { authorization });
  return { status, challenge: headers["www-authenticate"], body: JSON.parse(text) };
}

/** SDK v2 on a web-standard request. */
async function askV2(
  verifier: MandateVerifier,
  authorization: string | string[],
  more: Partial<VerifyBearerTokenOptions> = {},
): Promise<Seen> {
  const gate = requireBearerAuthV2({
    verifier: createTokenVerifier({
      verifier,
      errors: { OAuthError },
      resourceMetadataUrl: METADATA,
    }),
    requiredScopes: ["a"],
    resourceMetadataUrl: METADATA,
    expectedResource: new URL(AUDIENCE),
    ...more,
  });
  const headers = new Headers();
  for (const value of [authorization].flat()) headers.append("authorization", value);
  const result = await gate(new Request(AUDIENCE, { headers }));
  if (result instanceof Response) {
    const challenge = result.headers.get("www-authenticate");
    return { status: result.status, challenge: challenge ?? undefined, body: await result.json() };
  }
  const body = { sub: principalFrom(result).sub, hasToken: result.token !== undefined };
  return { status: 200, challenge: undefined, body };
}

const CHALLENGE = `scope="a", resource_metadata="${METADATA}"`;

describe.each([
  ["v1", askV1],
  ["v2", askV2],
] as const)("requireBearerAuth of SDK %s", (_name, ask) => {
  const revocations = new InMemoryRevocationStore();
  const verifier = verifierFor(sts, { revocations });
  const mandate = () => sts.mint({ sub: "ada", scope: "a" });
  const letIn = { status: 200, challenge: undefined, body: { sub: "ada", hasToken: true } };

  test("lets a mandate in", async () => {
    expect(await ask(verifier, `Bearer ${mandate()}`)).toEqual(letIn);
  });

  test("401 with our description, without our hint", async () => {
    revocations.markRevoked("session_1");
    const token = sts.mint({ scope: "a", sid: "session_1" });
    expect(await ask(verifier, `Bearer ${token}`)).toEqual({
      status: 401,
      challenge: `Bearer error="invalid_token", error_description="Session revoked", ${CHALLENGE}`,
      body: { error: "invalid_token", error_description: "Session revoked" },
    });
  });

  test("403, of which the scope is that of the SDK's own option", async () => {
    const demanding = verifier.require({ requiredScopes: ["a", "b"] });
    expect(await ask(demanding, `Bearer ${mandate()}`)).toEqual({
      status: 403,
      challenge: `Bearer error="insufficient_scope", error_description="Missing scope: b", ${CHALLENGE}`,
      body: { error: "insufficient_scope", error_description: "Missing scope: b" },
    });
  });

  test("500 for an outage, without Retry-After, and nobody is let in", async () => {
    expect(await ask(verifierFor(sts, { revocations: down }), `Bearer ${mandate()}`)).toEqual({
      status: 500,
      challenge: undefined,
      body: { error: "server_error", error_description: "Verification unavailable" },
    });
  });

  test("the check of the header is the SDK's: of several tokens it takes the first", async () => {
    const forged = sts.mint({ scope: "a" }, { signWith: "foreign" });
    expect(await ask(verifier, `Bearer ${mandate()} ${forged}`)).toEqual(letIn);
    expect(await ask(verifier, [`Bearer ${mandate()}`, `Bearer ${forged}`])).toEqual(letIn);
    for (const refused of [
      [`Bearer ${forged}`, `Bearer ${mandate()}`],
      `Bearer  ${mandate()}`,
      "Basic a",
      [],
    ]) {
      expect(await ask(verifier, refused)).toMatchObject({
        status: 401,
        body: { error: "invalid_token" },
      });
    }
  });
});

test("metadata told to SDK v2 alone costs the token of its copy, and nothing else", async () => {
  const verifier = createTokenVerifier({ verifier: verifierFor(sts), errors: { OAuthError } });
  const told = { verifier, resourceMetadataUrl: METADATA, requiredScopes: [] };
  expect(await askV2(verifierFor(sts), `Bearer ${sts.mint({ sub: "ada" })}`, told)).toEqual({
    status: 200,
    challenge: undefined,
    body: { sub: "ada", hasToken: false },
  });
});
