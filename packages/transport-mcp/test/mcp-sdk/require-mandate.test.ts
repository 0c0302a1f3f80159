import { agentMandate } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { ConfigurationError, challenge, type MandateVerifier } from "@caracalai/transport-mcp";
import {
  principalFrom,
  type RequireMandateOptions,
  requireMandate,
} from "@caracalai/transport-mcp/mcp-sdk";
import express, { type RequestHandler } from "express";
import { describe, expect, test } from "vitest";
import { storeOf } from "../support/stores.js";
import { AUDIENCE, stsOfFile, verifierFor } from "../support/sts.js";
import { errorOf } from "../support/verdict.js";
import { listen } from "./support/listen.js";
import { callOf, post } from "./support/post.js";

const METADATA = `${AUDIENCE}/metadata`;
const sts = await stsOfFile();
const verifier = verifierFor(sts, { requiredScopes: ["mcp"] });

/** An Express server that tells who was let in, and how often that was. */
async function serve(
  options: Partial<RequireMandateOptions> = {},
  parsers: readonly RequestHandler[] = [express.json()],
) {
  const runs: string[] = [];
  const failures: unknown[] = [];
  const app = express();
  app.use("/mcp", ...parsers, requireMandate({ verifier, ...options }));
  app.all("/mcp", (req, res) => {
    const { sub } = principalFrom(req.auth);
    runs.push(sub);
    res.json({ sub, token: req.auth?.token });
  });
  const note: express.ErrorRequestHandler = (error, _req, res, _next) => {
    failures.push(error);
    res.status(500).end("failed");
  };
  app.use(note);
  return { url: await listen(app), runs, failures };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const mandate = (scope: string) => sts.mint({ sub: "ada", scope });

describe("the answer is that of challenge, to the letter", () => {
  const revocations = new InMemoryRevocationStore();
  revocations.markRevoked("session_1");
  const down = storeOf({ check: () => Promise.reject(new Error("down")) });

  test.each<readonly [string, number, MandateVerifier, string | undefined]>([
    ["missing_token", 401, verifier, undefined],
    ["invalid_token", 401, verifier, sts.mint({}, { signWith: "foreign" })],
    ["session_revoked", 401, verifierFor(sts, { revocations }), sts.mint({ sid: "session_1" })],
    ["insufficient_scope", 403, verifier, mandate("other")],
    ["agent_required", 403, verifierFor(sts, { requireAgent: true }), mandate("mcp")],
    ["verification_unavailable", 503, verifierFor(sts, { revocations: down }), mandate("mcp")],
  ])("%s", async (code, status, judge, token) => {
    const { url, runs } = await serve({ verifier: judge, resourceMetadataUrl: METADATA });
    const answer = await post(url, callOf("whoami"), token === undefined ? {} : bearer(token));
    const error = errorOf(await judge.authorization(token && `Bearer ${token}`));
    const expected = challenge(error, { resourceMetadata: METADATA });
    expect(expected).toMatchObject({ status, body: expect.stringContaining(`"${code}"`) });
    expect(answer.status).toBe(expected.status);
    expect(answer.headers).toMatchObject(expected.headers);
    expect(answer.text).toBe(expected.body);
    expect(runs).toEqual([]);
  });
});

test("a request that is let in has its caller in req.auth, with the token", async () => {
  const { url, runs } = await serve();
  const token = mandate("mcp");
  const answer = await post(url, callOf("whoami"), bearer(token));
  expect(JSON.parse(answer.text)).toEqual({ sub: "ada", token });
  expect(runs).toEqual(["ada"]);
});

test("a route narrows what the verifier asks for", async () => {
  const { url } = await serve({ route: { requiredScopes: ["notes"] } });
  const refused = await post(url, callOf("whoami"), bearer(mandate("mcp")));
  expect(refused.status).toBe(403);
  expect(refused.headers["www-authenticate"]).toContain('scope="mcp notes"');
  expect((await post(url, callOf("whoami"), bearer(mandate("mcp notes")))).status).toBe(200);
});

test("two headers are refused, and so is anything beside one token", async () => {
  const { url, runs } = await serve();
  const good = `Bearer ${mandate("mcp")}`;
  for (const authorization of [[good, good], [good, "Basic a"], `${good}, ${good}`, `${good} a`]) {
    const { status, text } = await post(url, callOf("whoami"), { authorization });
    expect([status, JSON.parse(text).error]).toEqual([401, "invalid_token"]);
  }
  expect(runs).toEqual([]);
});

describe("what single tools need", () => {
  const tools = {
    delete_notes: { requiredScopes: ["notes:delete"] },
    pay: { requiredScopes: ["pay"], requireAgent: true },
    constructor: { requiredScopes: ["never"] },
  };

  const promptOf = (name: string) => ({ ...callOf(name), method: "prompts/get" });

  test.each<readonly [string, unknown, string, number]>([
    ["a tool that needs no more", callOf("whoami"), "mcp", 200],
    ["a tool without its scope", callOf("delete_notes"), "mcp", 403],
    ["a tool with its scope", callOf("delete_notes"), "mcp notes:delete", 200],
    ["a tool for agents", callOf("pay"), "mcp pay", 403],
    ["a list of tools", { jsonrpc: "2.0", id: 1, method: "tools/list" }, "mcp", 200],
    ["a tool without a name", { jsonrpc: "2.0", id: 1, method: "tools/call" }, "mcp", 200],
    ["a prompt of a tool's name", promptOf("delete_notes"), "mcp", 200],
    ["a name that every object has", callOf("toString"), "mcp", 200],
    ["such a name, in the table", callOf("constructor"), "mcp", 403],
    ["a batch without one that needs more", [callOf("a"), callOf("b", 2)], "mcp", 200],
    ["a batch with one", [callOf("whoami"), callOf("delete_notes", 2)], "mcp", 403],
    ["a batch of junk with one", [null, 5, [], callOf("delete_notes")], "mcp", 403],
  ])("%s", async (_name, body, scope, status) => {
    const { url, runs } = await serve({ tools });
    expect((await post(url, body, bearer(mandate(scope)))).status).toBe(status);
    expect(runs).toHaveLength(status === 200 ? 1 : 0);
  });

  test("are united where a batch calls several", async () => {
    const { url } = await serve({ tools });
    const batch = [callOf("pay"), callOf("delete_notes", 2), callOf("pay", 3)];
    const refused = await post(url, batch, bearer(sts.mint(agentMandate({ scope: "mcp pay" }))));
    expect(refused.headers["www-authenticate"]).toContain('scope="mcp pay notes:delete"');
    const agent = sts.mint(agentMandate({ scope: "mcp pay notes:delete" }));
    expect((await post(url, batch, bearer(agent))).status).toBe(200);
  });

  test("are captured when the middleware is made", async () => {
    const mutable = { delete_notes: { requiredScopes: ["notes:delete"] } };
    const { url } = await serve({ tools: mutable });
    mutable.delete_notes.requiredScopes.length = 0;
    const answer = await post(url, callOf("delete_notes"), bearer(mandate("mcp")));
    expect(answer.status).toBe(403);
  });

  const json = JSON.stringify(callOf("delete_notes"));
  const likeExpress4: RequestHandler = (req, _res, next) => {
    req.body = {};
    next();
  };

  test.each<readonly [string, readonly RequestHandler[], string, string]>([
    ["no parser", [], "application/json", json],
    ["another type than JSON", [express.json()], "text/plain", json],
    ["an empty object, as of Express 4", [likeExpress4], "application/json", json],
    ["an empty list", [express.json()], "application/json", "[]"],
    ["text", [express.text({ type: "*/*" })], "application/json", json],
    ["bytes", [express.raw({ type: "*/*" })], "application/json", json],
    ["a scalar", [express.json({ strict: false })], "application/json", "null"],
  ])("can't be told by %s: nobody is let in", async (_name, parsers, contentType, body) => {
    const { url, runs, failures } = await serve({ tools }, parsers);
    const good = { ...bearer(mandate("mcp notes:delete")), contentType };
    expect((await post(url, body, good)).status).toBe(500);
    expect(runs).toEqual([]);
    expect(failures).toEqual([expect.any(ConfigurationError)]);
    expect(String(failures[0])).toContain("express.json() has to come first");

    // Who has no mandate learns nothing of it.
    const without = await post(url, body, { contentType });
    expect(without.status).toBe(401);
    expect(failures).toHaveLength(1);
  });

  test("are no matter for requests without a body", async () => {
    const { url } = await serve({ tools });
    for (const method of ["GET", "DELETE"]) {
      const response = await fetch(url, { method, headers: bearer(mandate("mcp")) });
      expect(response.status).toBe(200);
      expect((await fetch(url, { method })).status).toBe(401);
    }
  });
});

test("a body counts whatever the method", async () => {
  const { url } = await serve({ tools: { delete_notes: { requiredScopes: ["notes:delete"] } } });
  const response = await fetch(url, {
    method: "DELETE",
    headers: { ...bearer(mandate("mcp")), "content-type": "application/json" },
    body: JSON.stringify(callOf("delete_notes")),
  });
  expect(response.status).toBe(403);
});

test("works without Express", async () => {
  const guard = requireMandate({ verifier });
  const url = await listen((req, res) => {
    void guard(req, res, () => res.end(principalFrom((req as { auth?: object }).auth).sub));
  });
  expect(await post(url, {})).toMatchObject({ status: 401 });
  expect(await post(url, {}, bearer(mandate("mcp")))).toMatchObject({ status: 200, text: "ada" });
});

test("what fails on the way is handed on, and lets nobody in", async () => {
  const broken = { ...verifier, authorization: () => Promise.reject(new Error("broken")) };
  const { url, runs, failures } = await serve({ verifier: broken });
  expect((await post(url, callOf("whoami"), bearer(mandate("mcp")))).status).toBe(500);
  expect(runs).toEqual([]);
  expect(failures).toEqual([new Error("broken")]);
});

test("an earlier req.auth does not count", async () => {
  const app = express();
  const presume: RequestHandler = (req, _res, next) => {
    req.auth = { token: "t", clientId: "eve", scopes: ["mcp"] };
    next();
  };
  app.post("/mcp", presume, requireMandate({ verifier }), (req, res) => void res.json(req.auth));
  const url = await listen(app);
  expect((await post(url, {})).status).toBe(401);
  const answer = await post(url, {}, bearer(mandate("mcp")));
  expect(JSON.parse(answer.text)).toMatchObject({ clientId: "app_dev" });
});
