import { inspect } from "node:util";
import { createMandateGate, principalFrom } from "@caracalai/transport-mcp/mcp-sdk";
import type { AuthInfo as V1AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import type { AuthInfo as V2AuthInfo } from "@modelcontextprotocol/server";
import { describe, expect, test } from "vitest";
import { AUDIENCE, nowSeconds, stsOfFile, verifierFor } from "../support/sts.js";
import { principalOf } from "../support/verdict.js";

const METADATA = `${AUDIENCE}/.well-known/oauth-protected-resource`;
const sts = await stsOfFile();
const exp = nowSeconds() + 100;
const token = sts.mint({ sub: "ada", client_id: "app_1", scope: "a b", exp });

async function authInfoFor(options: { readonly audience?: string; readonly metadata?: string }) {
  const { audience = AUDIENCE, metadata } = options;
  const verifier = verifierFor(sts, { audience });
  const authenticate = createMandateGate({ verifier, resourceMetadataUrl: metadata });
  const authorization = `Bearer ${audience === AUDIENCE ? token : sts.mint({ aud: [audience] })}`;
  const result = await authenticate(new Request(AUDIENCE, { headers: { authorization } }));
  if (result instanceof Response) throw new Error(`refused: ${await result.text()}`);
  return result;
}

describe("an AuthInfo", () => {
  test("holds what both generations of the SDK ask for", async () => {
    const info = await authInfoFor({ metadata: METADATA });
    const v1: V1AuthInfo = info;
    const v2: V2AuthInfo = info;
    expect([v1.token, v2.token]).toEqual([token, token]);
    expect({ ...info }).toEqual({
      clientId: "app_1",
      scopes: ["a", "b"],
      expiresAt: exp,
      resource: new URL(AUDIENCE),
      resourceMetadataUrl: METADATA,
      extra: { principal: principalOf(await verifierFor(sts).authenticate(token)) },
    });
  });

  test("names no resource where the audience is no URL, and no metadata that nobody told", async () => {
    const info = await authInfoFor({ audience: "notes" });
    expect(Object.keys(info)).toEqual(["clientId", "scopes", "expiresAt", "extra"]);
  });

  test("can't be changed, and shares nothing that can with the next", async () => {
    const [info, next] = [await authInfoFor({}), await authInfoFor({})];
    for (const part of [info, info.scopes, info.extra, info.extra.principal]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(info.resource).not.toBe(next.resource);
  });

  test("does not show its token, in JSON, in a log, or in a copy", async () => {
    const info = await authInfoFor({});
    const shown = [
      JSON.stringify(info),
      inspect(info, { depth: null, showHidden: true }),
      inspect(info, { depth: null, getters: true }),
      JSON.stringify({ ...info }),
      inspect(Object.assign({}, info), { depth: null, showHidden: true, getters: true }),
    ];
    expect(shown.filter((text) => text.includes("ada"))).toHaveLength(5);
    expect(shown.filter((text) => text.includes(token.slice(0, 20)))).toEqual([]);
    expect(shown.filter((text) => text.includes(token.slice(-20)))).toEqual([]);
  });
});

describe("principalFrom", () => {
  test("is the caller, typed", async () => {
    const info = await authInfoFor({});
    expect(principalFrom(info)).toBe(info.extra.principal);
    expect(principalFrom(info).sub).toBe("ada");
  });

  test("is the caller as well where a layer of the SDK has copied the AuthInfo", async () => {
    const info = await authInfoFor({});
    expect(principalFrom({ ...info })).toBe(info.extra.principal);
  });

  test.each<readonly [string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an AuthInfo of other authentication", { token, clientId: "app", scopes: [] }],
    ["extra without a principal", { extra: {} }],
    ["a principal that is text", { extra: { principal: "ada" } }],
    ["no principal", { extra: { principal: null } }],
    ["a principal of somebody else's making", { extra: { principal: { sub: "ada" } } }],
  ])("is nobody: %s", (_name, info) => {
    expect(() => principalFrom(info as undefined)).toThrow(
      expect.objectContaining({
        name: "MandateError",
        code: "missing_token",
        check: "bearer",
        description: "Missing bearer token",
        hint: expect.stringMatching(/^The call did not come in over HTTP .*\.$/),
      }),
    );
  });

  test("is nobody where the verified principal was copied and changed", async () => {
    const { extra } = await authInfoFor({});
    const forged = { extra: { principal: { ...extra.principal, sub: "eve" } } };
    expect(() => principalFrom(forged)).toThrow("Missing bearer token");
  });
});
