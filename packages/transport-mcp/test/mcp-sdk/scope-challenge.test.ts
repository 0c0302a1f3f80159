import { agentMandate, type MintClaims } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  type AuthInfo,
  createMandateGate,
  principalFrom,
  requireMandate,
  scopeChallenge,
} from "@caracalai/transport-mcp/mcp-sdk";
import {
  Client,
  InMemoryTransport,
  InsufficientScopeError,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { toNodeHandler } from "@modelcontextprotocol/node";
import {
  createMcpHandler,
  McpServer,
  ResourceTemplate,
  requireScopes,
  type ScopeChallengeHandler,
} from "@modelcontextprotocol/server";
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { storeOf } from "../support/stores.js";
import { AUDIENCE, stsOfFile, verifierFor } from "../support/sts.js";
import { listen } from "./support/listen.js";
import { callOf, post } from "./support/post.js";

const METADATA = `${AUDIENCE}/metadata`;
const sts = await stsOfFile();
const revocations = new InMemoryRevocationStore();
const verifier = verifierFor(sts, { revocations, requiredScopes: ["mcp"] });

const judged = scopeChallenge(verifier, { requiredScopes: ["notes"], requireAgent: true });
const runs: string[] = [];
beforeEach(() => {
  runs.length = 0;
});

/** A server of SDK v2, with one of each kind that needs more, and a tool that the SDK's own check guards. */
function createServer(): McpServer {
  const server = new McpServer({ name: "test", version: "0" });
  const run = (name: string) => {
    runs.push(name);
    return { content: [{ type: "text" as const, text: name }] };
  };
  const load = (uri: URL) => ({ contents: [{ uri: uri.href, text: run("resource") && "" }] });
  server.registerTool("open", {}, ({ http }) => run(principalFrom(http?.authInfo).sub));
  server.registerTool("judged", { scopeChallenge: judged }, () => run("judged"));
  server.registerTool("native", { scopeChallenge: requireScopes("notes") }, () => run("native"));
  server.registerResource("one", "notes://one", { scopeChallenge: judged }, load);
  const template = new ResourceTemplate("notes://by/{name}", { list: undefined });
  server.registerResource("by", template, { scopeChallenge: judged }, load);
  server.registerPrompt("ask", { scopeChallenge: judged }, () => {
    runs.push("prompt");
    return { messages: [] };
  });
  return server;
}

const handler = createMcpHandler(createServer);
afterAll(() => handler.close());

/** The handler on Node, behind the middleware. */
async function serve(): Promise<string> {
  const guard = requireMandate({ verifier, resourceMetadataUrl: METADATA });
  const serveMcp = toNodeHandler(handler);
  return listen((req, res) => {
    // The handler's type is not made for exactOptionalPropertyTypes.
    void guard(req, res, () => serveMcp(req as Parameters<typeof serveMcp>[0], res));
  });
}

const bearer = (claims: MintClaims) => ({ authorization: `Bearer ${sts.mint(claims)}` });
const agent = (scope: string) => agentMandate({ sub: "ada", scope });

/** The caller, as the gate hands it over. */
async function authInfoOf(claims: MintClaims): Promise<AuthInfo> {
  const gate = createMandateGate({ verifier, resourceMetadataUrl: METADATA });
  const result = await gate(new Request(AUDIENCE, { headers: bearer(claims) }));
  if (result instanceof Response) throw new Error(await result.text());
  return result;
}

/** Calls a tool on the web-standard face of the handler. */
function call(name: string, authInfo?: AuthInfo): Promise<Response> {
  const request = new Request("http://localhost/mcp", {
    method: "POST",
    headers: { accept: "application/json, text/event-stream", "content-type": "application/json" },
    body: JSON.stringify(callOf(name)),
  });
  return handler.fetch(request, authInfo && { authInfo });
}

describe("a tool that needs more", () => {
  test("runs for who has it", async () => {
    const url = await serve();
    expect((await post(url, callOf("judged"), bearer(agent("mcp notes")))).status).toBe(200);
    expect((await call("judged", await authInfoOf(agent("mcp notes")))).status).toBe(200);
    expect(runs).toEqual(["judged", "judged"]);
  });

  test.each([
    ["a scope", agent("mcp"), "Missing scope: notes"],
    ["an agent", { scope: "mcp notes" }, "Agent identity required"],
  ])("403 that names all scopes, without %s", async (_name, claims, description) => {
    const { status, headers, text } = await post(await serve(), callOf("judged"), bearer(claims));
    expect(status).toBe(403);
    expect(headers["www-authenticate"]).toBe(
      `Bearer error="insufficient_scope", error_description="${description}", scope="mcp notes", resource_metadata="${METADATA}"`,
    );
    expect(JSON.parse(text)).toEqual({
      error: "insufficient_scope",
      error_description: description,
    });
    expect(runs).toEqual([]);
  });

  test("403 for a batch that names it among others", async () => {
    const batch = [callOf("open"), callOf("judged", 2)];
    expect(await post(await serve(), batch, bearer(agent("mcp")))).toMatchObject({ status: 403 });
    expect(runs).toEqual([]);
  });

  test("does not run where the mandate was revoked since the gate", async () => {
    const authInfo = await authInfoOf({ ...agent("mcp notes"), sid: "session_1" });
    revocations.markRevoked("session_1");
    const response = await call("judged", authInfo);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { message: "Internal server error" } });
    expect(runs).toEqual([]);
  });

  test("does not run where revocation can't be consulted", async () => {
    const down = storeOf({ check: () => Promise.reject(new Error("down")) });
    const check = scopeChallenge(
      verifierFor(sts, { revocations: down, requiredScopes: ["mcp"] }),
      {},
    );
    const authInfo = await authInfoOf(agent("mcp"));
    await expect(check({ authInfo })).rejects.toMatchObject({ code: "verification_unavailable" });
  });

  test("does not run without a caller, where the SDK's own check lets everyone in", async () => {
    expect((await call("judged")).status).toBe(500);
    expect(runs).toEqual([]);
    expect((await call("native")).status).toBe(200);
    expect(runs).toEqual(["native"]);
  });

  test("a name that fits no header leaves as one that does", async () => {
    const check = scopeChallenge(verifier, { requireChainContains: ['app "ä"'] });
    expect(await check({ authInfo: await authInfoOf(agent("mcp")) })).toEqual({
      scopes: ["mcp"],
      errorDescription: "Delegation chain missing application: app ???",
    });
  });
});

test("the SDK's own requireScopes works with our AuthInfo as well, and names its own scopes", async () => {
  const url = await serve();
  const refused = await post(url, callOf("native"), bearer({ scope: "mcp" }));
  expect(refused.status).toBe(403);
  expect(refused.headers["www-authenticate"]).toBe(
    `Bearer error="insufficient_scope", error_description="Insufficient scope", scope="notes", resource_metadata="${METADATA}"`,
  );
  expect((await post(url, callOf("native"), bearer({ scope: "mcp notes" }))).status).toBe(200);
});

describe.each(["legacy", "auto"] as const)("the official client that negotiates: %s", (mode) => {
  async function connect(claims: MintClaims): Promise<Client> {
    const client = new Client({ name: "test", version: "0" }, { versionNegotiation: { mode } });
    onTestFinished(() => client.close());
    const requestInit = { headers: bearer(claims) };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(await serve()), { requestInit }),
    );
    return client;
  }

  const calls: readonly (readonly [string, (client: Client) => Promise<unknown>])[] = [
    ["judged", (client) => client.callTool({ name: "judged" })],
    ["resource", (client) => client.readResource({ uri: "notes://one" })],
    ["resource", (client) => client.readResource({ uri: "notes://by/ada" })],
    ["prompt", (client) => client.getPrompt({ name: "ask" })],
  ];

  test.each(calls)("reaches a %s by its mandate only", async (name, use) => {
    await use(await connect(agent("mcp notes")));
    expect(runs).toEqual([name]);
    const refused = use(await connect(agent("mcp")));
    await expect(refused).rejects.toBeInstanceOf(InsufficientScopeError);
    await expect(refused).rejects.toMatchObject({ requiredScope: "mcp notes" });
    expect(runs).toEqual([name]);
  });
});

test("in memory there is no challenge, and no caller either", async () => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "0" });
  onTestFinished(() => client.close());
  await Promise.all([createServer().connect(far), client.connect(near)]);
  expect(await client.callTool({ name: "open" })).toMatchObject({
    isError: true,
    content: [{ text: "Missing bearer token" }],
  });
  expect(runs).toEqual([]);
});

test("fits the type that the SDK wants", () => {
  const fitting: ScopeChallengeHandler = judged;
  expect(fitting).toBe(judged);
});
