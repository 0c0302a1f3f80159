import { createSecretKey } from "node:crypto";
import {
  applicationMandate,
  type DevSts,
  type DevStsOptions,
  delegatedMandate,
  type MintClaims,
  type MintOptions,
  sessionMandate,
} from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createKeyCache, createMandateVerifier } from "@caracalai/transport-mcp";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { claimsOf, startSts, uuidV7Shape } from "./support.js";
import {
  application,
  form,
  granted,
  type Parameters,
  RESOURCE,
  refusal,
  requestToken,
  type TokenAnswer,
} from "./token-requests.js";

const ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
const JWT = "urn:ietf:params:oauth:token-type:jwt";
const EXCHANGE = {
  grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
  subject_token_type: ACCESS_TOKEN,
};
const resource = RESOURCE;
const other = "https://other.example.com/mcp";
const client_id = application.clientId;
const scope = "notes:read notes:write";

function start(options: DevStsOptions = {}): Promise<DevSts> {
  return startSts({
    applications: [{ ...application, resources: [resource, other] }],
    ...options,
  });
}

function session(sts: DevSts, claims: MintClaims = {}, options: MintOptions = {}): string {
  return sts.mint(sessionMandate(sts.issuer, { client_id, scope, ...claims }), options);
}

function ask(sts: DevSts, subject_token: string, parameters: Parameters = {}) {
  return requestToken(sts, form({ ...EXCHANGE, resource, subject_token, ...parameters }));
}

function exchange(sts: DevSts, token: string, parameters?: Parameters): Promise<TokenAnswer> {
  return granted(ask(sts, token, parameters));
}

describe("a session mandate", () => {
  test("is exchanged for a resource mandate of the same user, in the same session", async () => {
    const sts = await start();
    const subject = session(sts, { sub: "ada", sid: "session_1", root_sid: "session_0" });
    const answer = await exchange(sts, subject, { scope: "notes:read" });
    expect(answer).toStrictEqual({
      access_token: expect.any(String),
      issued_token_type: ACCESS_TOKEN,
      token_type: "Bearer",
      expires_in: expect.any(Number),
      scope: "notes:read",
    });
    const claims = claimsOf(answer.access_token);
    expect(claims).toStrictEqual({
      iss: sts.issuer,
      aud: [resource],
      sub: "ada",
      sub_type: "user",
      client_id,
      zone_id: "zone_dev",
      jti: expect.stringMatching(uuidV7Shape),
      iat: expect.any(Number),
      exp: expect.any(Number),
      use: "resource",
      sid: "session_1",
      root_sid: "session_0",
      scope: "notes:read",
      target: [resource],
    });
    expect(claims.jti).not.toBe(claimsOf(subject).jti);
    expect(Number(claims.exp) - Number(claims.iat)).toBe(answer.expires_in);
  });

  test("of an hour gives resource mandates of 15 minutes, and no longer than it lives", async () => {
    const sts = await start();
    const now = Math.floor(Date.now() / 1000);
    const long = await exchange(sts, session(sts, { exp: now + 3_600 }));
    expect(long.expires_in).toBe(900);
    const exp = now + 100;
    const short = await exchange(sts, session(sts, { exp }));
    expect(claimsOf(short.access_token).exp).toBe(exp);
    expect(short.expires_in).toBeLessThanOrEqual(100);
    const again = await exchange(sts, short.access_token);
    expect(claimsOf(again.access_token).exp).toBe(exp);
  });

  test("covers every resource of the application, or those that it names", async () => {
    const sts = await start();
    const both = await exchange(sts, session(sts), { resource: [resource, other] });
    expect(claimsOf(both.access_token).aud).toStrictEqual([resource, other]);
    const one = session(sts, { target: [other] });
    const answer = await exchange(sts, one, { resource: undefined });
    expect(claimsOf(answer.access_token).target).toStrictEqual([other]);
    expect(await refusal(ask(sts, one))).toBe("400 invalid_target");
  });

  test("is not let in by a resource server, and what it is exchanged for is", async () => {
    const sts = await start();
    const verifier = createMandateVerifier({
      issuer: sts.issuer,
      audience: resource,
      zoneId: "zone_dev",
      revocations: new InMemoryRevocationStore(),
      keyCache: createKeyCache(),
      requiredScopes: ["notes:read"],
      requireAgent: true,
      requireDelegation: true,
      requireChainIntegrity: true,
    });
    const subject = session(sts, delegatedMandate({ hops: 2, client_id, sub: "ada" }));
    const { access_token } = await exchange(sts, subject);
    expect(await verifier.authorization(`Bearer ${subject}`)).toMatchObject({
      error: { code: "invalid_token" },
    });
    expect(await verifier.authorization(`Bearer ${access_token}`)).toMatchObject({
      principal: { sub: "ada", clientId: client_id, hopCount: 2 },
    });
  });
});

test("an application's mandate, and what counts nothing, goes on", async () => {
  const sts = await start();
  const claims = { hop_count: 0, delegation_path: Array(64).fill("edge_1") };
  const own = applicationMandate({ client_id, ...claims });
  const answer = await exchange(sts, session(sts, own));
  expect(claimsOf(answer.access_token)).toMatchObject({ ...own, sub_type: "application" });
});

test("several audiences are several resources", async () => {
  const sts = await start();
  const audience = [other, resource];
  const answer = await exchange(sts, session(sts), { resource: undefined, audience });
  expect(claimsOf(answer.access_token).aud).toStrictEqual(audience);
});

test("delegation goes on into the mandate that comes out, claim for claim", async () => {
  const sts = await start();
  await sts.bumpEpoch();
  const delegated = delegatedMandate({ hops: 3, client_id, sub: "ada" });
  const answer = await exchange(sts, session(sts, delegated));
  expect(claimsOf(answer.access_token)).toMatchObject({
    ...delegated,
    delegation_graph_epoch: 1,
  });
});

test("a resource mandate is exchanged for one with less", async () => {
  const sts = await start();
  const aud = [resource, other];
  const subject = sts.mint({ client_id, aud, target: aud, scope });
  const answer = await exchange(sts, subject, { resource: other, scope: "notes:write" });
  expect(claimsOf(answer.access_token)).toMatchObject({
    aud: [other],
    target: [other],
    scope: "notes:write",
    sid: claimsOf(subject).sid,
  });
  expect(await refusal(ask(sts, answer.access_token))).toBe("400 invalid_target");
  expect(await refusal(ask(sts, answer.access_token, { resource: other, scope }))).toBe(
    "400 invalid_scope",
  );
});

test("one without targets covers its audience", async () => {
  const sts = await start();
  for (const aud of [other, [other]]) {
    const subject = sts.mint({ client_id, aud, target: undefined, scope });
    const answer = await exchange(sts, subject, { resource: undefined });
    expect(claimsOf(answer.access_token).aud).toStrictEqual([other]);
    expect(await refusal(ask(sts, subject))).toBe("400 invalid_target");
  }
});

describe("the scopes", () => {
  test.each<[string, MintClaims, Parameters, string | undefined]>([
    ["both have, where none is named", { scope: "notes:read other" }, {}, "notes:read"],
    ["that are named", { scope }, { scope: "notes:write" }, "notes:write"],
    ["none, where the mandate has none", { scope: undefined }, {}, undefined],
  ])("are those that %s", async (_what, claims, parameters, expected) => {
    const sts = await start();
    const answer = await exchange(sts, session(sts, claims), parameters);
    expect(answer.scope).toBe(expected);
    expect(claimsOf(answer.access_token).scope).toBe(expected);
  });

  test.each<[string, MintClaims, string]>([
    ["the mandate lacks", { scope: "notes:read" }, "notes:read notes:write"],
    ["the application lacks", { scope: "notes:read notes:delete" }, "notes:delete"],
    ["a mandate without scopes lacks", { scope: undefined }, "notes:read"],
    ["only a tab sets apart", { scope: "notes:read\tnotes:write" }, "notes:read"],
  ])("that %s are invalid_scope", async (_what, claims, asked) => {
    const sts = await start();
    const answer = ask(sts, session(sts, claims), { scope: asked });
    expect(await refusal(answer)).toBe("400 invalid_scope");
  });
});

describe("the request", () => {
  test.each<[string, Parameters]>([
    ["a JWT", { subject_token_type: JWT }],
    ["an access token, for a JWT", { requested_token_type: JWT }],
    ["an access token, for one", { requested_token_type: ACCESS_TOKEN }],
    ["an access token, for an audience", { resource: undefined, audience: resource }],
    ["an access token, for a resource that is the audience too", { audience: resource }],
  ])("may bring %s", async (_what, parameters) => {
    const sts = await start();
    const answer = await exchange(sts, session(sts), parameters);
    expect(answer.issued_token_type).toBe(parameters.requested_token_type ?? ACCESS_TOKEN);
    expect(claimsOf(answer.access_token).aud).toStrictEqual([resource]);
  });

  test.each<[string, string, Parameters]>([
    ["no subject_token", "invalid_request", { subject_token: undefined }],
    ["an empty one", "invalid_request", { subject_token: "" }],
    ["two", "invalid_request", { subject_token: ["a", "b"] }],
    ["no type of it", "invalid_request", { subject_token_type: undefined }],
    [
      "another type of it",
      "invalid_request",
      {
        subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      },
    ],
    [
      "a wish for another type",
      "invalid_request",
      {
        requested_token_type: "urn:ietf:params:oauth:token-type:refresh_token",
      },
    ],
    ["an actor", "invalid_request", { actor_token: "a", actor_token_type: ACCESS_TOKEN }],
    ["an unknown resource", "invalid_target", { resource: "https://x.example.com" }],
    ["an unknown audience", "invalid_target", { audience: "https://x.example.com" }],
    ["no resource, of two", "invalid_target", { resource: undefined }],
  ])("with %s is %s", async (_what, code, parameters) => {
    const sts = await start();
    expect(await refusal(ask(sts, session(sts), parameters))).toBe(`400 ${code}`);
  });
});

describe("a mandate that is not good is invalid_grant:", () => {
  const now = Math.floor(Date.now() / 1000);

  test.each<[string, MintClaims, MintOptions]>([
    ["expired", { exp: now - 1 }, {}],
    ["expiring now", { exp: now }, {}],
    ["issued in the future", { iat: now + 300, exp: now + 900 }, {}],
    ["not good yet", { nbf: now + 300 }, {}],
    ["signed with a foreign key", {}, { signWith: "foreign" }],
    [
      "signed with a secret",
      {},
      {
        signWith: createSecretKey(Buffer.alloc(32, 1)),
        header: { alg: "HS256" },
      },
    ],
    ["with a changed signature", {}, { tamper: "signature" }],
    ["with a changed payload", {}, { tamper: "payload" }],
    ["with an unknown key id", {}, { kid: "unknown" }],
    ["without a key id", {}, { header: { kid: undefined } }],
    ["with another algorithm", {}, { header: { alg: "none" } }],
    ["with a critical header", {}, { header: { crit: ["exp"] } }],
    ["signed by another zone", {}, { zone: "zone_b" }],
    ["signed by another zone in the name of this", { zone_id: "zone_dev" }, { zone: "zone_b" }],
    ["in the name of another zone", { zone_id: "zone_b" }, {}],
    ["of another issuer", { iss: "https://sts.example.com" }, {}],
    ["of a session with another issuer", { aud: ["https://sts.example.com"] }, {}],
    ["of another client", { client_id: "app_x" }, {}],
    ["for another use", { use: "gateway" }, {}],
    ["without a subject", { sub: undefined }, {}],
    ["with an empty subject", { sub: "" }, {}],
    ["of another type of subject", { sub_type: "agent" }, {}],
    ["without a session", { sid: undefined }, {}],
    ["without a root session", { root_sid: 1 }, {}],
    ["without an id", { jti: undefined }, {}],
    ["without an end", { exp: undefined }, {}],
    ["with a broken end", { exp: now + 100.5 }, {}],
    ["with a list of scopes", { scope: ["notes:read"] }, {}],
    ["with a target that is no list", { target: resource }, {}],
    ["with an empty agent session", { agent_session_id: "" }, {}],
    ["with a chain of no entries", { delegation_chain: [{}] }, {}],
    [
      "with a chain without end",
      {
        delegation_chain: Array(65).fill({ application_id: "a" }),
      },
      {},
    ],
    ["with a path of which one step is none", { delegation_path: ["a", 1] }, {}],
    [
      "with a chain of which one session is none",
      {
        delegation_chain: [{ application_id: "a", delegation_edge_id: "e", agent_session_id: 1 }],
      },
      {},
    ],
    ["for an audience that is none", { use: "resource", aud: 7, target: [resource] }, {}],
    ["with a hop count below zero", { hop_count: -1 }, {}],
  ])("%s", async (_what, claims, options) => {
    const sts = await start({ zones: ["zone_dev", "zone_b"] });
    const answer = ask(sts, session(sts, claims, options));
    expect(await refusal(answer)).toBe("400 invalid_grant");
  });

  test.each<[string, (token: string) => string]>([
    ["no token", () => "x"],
    ["two parts", (token) => token.split(".").slice(0, 2).join(".")],
    ["four parts", (token) => `${token}.x`],
    ["padding", (token) => `${token}=`],
    ["white space around it", (token) => ` ${token}`],
    ["a header that is no JSON", (token) => token.replace(/^[^.]+/, "eA")],
    ["a header that is no object", (token) => token.replace(/^[^.]+/, btoa("[1]"))],
    ["no signature", (token) => token.replace(/[^.]+$/, "")],
  ])("%s", async (_what, change) => {
    const sts = await start();
    expect(await refusal(ask(sts, change(session(sts))))).toBe("400 invalid_grant");
  });

  test.each<[string, MintClaims, number, number]>([
    ["expired", { exp: now }, now - 1, now],
    ["issued in the future", { iat: now }, now - 60, now - 61],
    ["not good yet", { nbf: now }, now - 60, now - 61],
  ])("%s, to the second", async (_what, claims, goodAt, badAt) => {
    onTestFinished(() => void vi.useRealTimers());
    const sts = await start();
    const subject = session(sts, { iat: now - 900, exp: now + 900, ...claims });
    vi.useFakeTimers({ toFake: ["Date"], now: goodAt * 1_000 });
    await exchange(sts, subject);
    vi.setSystemTime(badAt * 1_000);
    expect(await refusal(ask(sts, subject))).toBe("400 invalid_grant");
  });

  test("one whose key is served no more, and not one whose key is the previous", async () => {
    const sts = await start();
    const subject = session(sts);
    const [first] = sts.keySet().keys;
    sts.rotate();
    await exchange(sts, subject);
    sts.removeKey(first?.kid ?? "");
    expect(await refusal(ask(sts, subject))).toBe("400 invalid_grant");
  });

  test("one of another STS with the same issuer", async () => {
    const [one, two] = [await start(), await start()];
    const subject = session(two, { iss: one.issuer, aud: [one.issuer] });
    expect(await refusal(ask(one, subject))).toBe("400 invalid_grant");
  });

  test.each(["sid", "root_sid", "agent_session_id", "delegation_edge_id"])(
    "one whose %s is revoked",
    async (name) => {
      const sts = await start({ revocations: new InMemoryRevocationStore() });
      const delegated = delegatedMandate({ client_id });
      const subject = session(sts, { ...delegated, [name]: "anchor_1" });
      await exchange(sts, subject);
      await sts.revoke("anchor_1");
      expect(await refusal(ask(sts, subject))).toBe("400 invalid_grant");
    },
  );

  test("one that was delegated under an older graph", async () => {
    const sts = await start();
    const user = session(sts);
    const delegated = session(sts, delegatedMandate({ client_id }));
    const counted = session(sts, { delegation_graph_epoch: 0 });
    await sts.bumpEpoch();
    expect(await refusal(ask(sts, delegated))).toBe("400 invalid_grant");
    expect(await refusal(ask(sts, counted))).toBe("400 invalid_grant");
    await exchange(sts, user);
    await exchange(sts, session(sts, delegatedMandate({ client_id })));
  });
});
