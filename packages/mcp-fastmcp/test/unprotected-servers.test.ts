import { Agent } from "node:http";
import { currentPrincipal, protectServer } from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { FastMCP } from "fastmcp";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openStream, send } from "./support/http.js";
import { openLegacySse } from "./support/legacy-sse.js";
import { callTool, listTools, readResource, textOf } from "./support/messages.js";
import { bearer, listen, openSession, post, posted } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { sampleServer, serverOptions } from "./support/sample-server.js";
import { type Mode, type Running, startForFile, startForTest } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

// What FastMCP does for servers of the process that nobody protects stays as it was: hazards and all.

quietForFile();
const sts = await stsOfFile();
const verifier = verifierFor(sts);
const token = sts.mint({ sub: "ada" });
const protectedServer = sampleServer(verifier);
const protectedRunning = await startForFile(protectedServer.server, "stateful");

type Caller = { readonly name: string } | undefined;

function plainServer(): FastMCP<Caller> {
  const server = new FastMCP<Caller>({
    ...serverOptions,
    authenticate: async (request) => ({ name: `${request?.headers["x-name"] ?? "process"}` }),
  });
  server.addTool({ name: "whoami", execute: async (_, { session }) => `${session?.name}` });
  server.addTool({
    name: "for_ada",
    canAccess: (session) => session?.name === "ada",
    execute: async () => "for Ada",
  });
  server.addTool({
    name: "principal",
    execute: async () => {
      try {
        return currentPrincipal().sub;
      } catch {
        return "nobody";
      }
    },
  });
  server.addResource({ uri: "a://a", name: "a", load: async () => ({ text: "loaded" }) });
  server.addResourceTemplate({
    uriTemplate: "b://{id}",
    name: "b",
    arguments: [{ name: "id" }],
    load: async ({ id }) => ({ text: `loaded ${id}` }),
  });
  server.addPrompt({ name: "c", load: async () => "got" });
  return server;
}

const ada = { "x-name": "ada" };
const bob = { "x-name": "bob" };

/** A server is generic in its session, and these functions don't look at it. */
const asAny = (server: FastMCP<Caller>) => server as unknown as FastMCP<Principal>;

async function toolsSeen({ url }: Pick<Running, "url">, headers: object): Promise<unknown> {
  const { replies } = await post(url, listTools, { ...headers });
  return replies[0]?.result?.tools?.map(({ name }) => name);
}

describe.each<Mode>(["stateless", "stateful"])("over HTTP, %s", async (mode) => {
  const running = await startForFile(asAny(plainServer()), mode);
  const session = await openSession(running, token, ada);

  test("its own authentication and access rules hold, and no other", async () => {
    const hers = { ...session, ...ada };
    expect(await toolsSeen(running, hers)).toEqual(["whoami", "for_ada", "principal"]);
    const messages = [callTool("whoami"), callTool("for_ada"), readResource("b://1")];
    const told: unknown[] = [];
    for (const message of messages) {
      told.push(...(await post(running.url, message, hers)).replies.map(textOf));
    }
    expect(told).toEqual(["ada", "for Ada", "loaded 1"]);
    // Also in the middle of calls to the protected one, on the same connections.
    await post(protectedRunning.url, callTool("whoami"), bearer(token));
    const nobody = await post(running.url, callTool("principal"), { ...hers, ...bearer(token) });
    expect(nobody.replies.map(textOf)).toEqual(["nobody"]);
  });

  test("whoever knows a session uses it", async () => {
    const theirs = { ...session, ...bob };
    const { status, replies } = await post(running.url, callTool("whoami"), theirs);
    expect([status, replies.map(textOf)]).toEqual([200, ["bob"]]);
    if (mode === "stateless") return;
    const stream = await listen(running.url, theirs);
    expect(stream.status).toBe(200);
    stream.close();
    expect((await send(running.url, { method: "DELETE", headers: theirs })).status).toBe(200);
    expect((await post(running.url, callTool("whoami"), theirs)).status).toBe(404);
  });

  test("legacy SSE is served", async () => {
    const legacy = await openLegacySse(running.origin, token, ada);
    await post(legacy.url, callTool("for_ada", {}, 7));
    expect(textOf(await legacy.replyTo(7))).toBe("for Ada");
    legacy.stream.close();
  });
});

async function connectedTo(server: FastMCP<Caller>, auth?: Caller): Promise<Client> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "test", version: "1.0.0" });
  onTestFinished(() => client.close());
  await Promise.all([server.connect(theirs, auth), client.connect(ours)]);
  return client;
}

test("in memory, everything is served, to whoever connects", async () => {
  const client = await connectedTo(plainServer(), { name: "ada" });
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["whoami", "for_ada", "principal"]);
  expect(await client.callTool({ name: "whoami" })).toMatchObject({ content: [{ text: "ada" }] });
  expect(await client.readResource({ uri: "a://a" })).toMatchObject({
    contents: [{ text: "loaded" }],
  });
  expect(await client.getPrompt({ name: "c" })).toMatchObject({
    messages: [{ content: { text: "got" } }],
  });
});

test("a protected tool may use an unprotected server, whose session tells of no principal", async () => {
  const { server } = sampleServer(verifier);
  server.addTool({
    name: "relay",
    execute: async () => {
      const client = await connectedTo(plainServer());
      const names = ["whoami", "for_ada"];
      const calls = names.map((name) => client.callTool({ name }).then(JSON.stringify));
      return `${await Promise.all(calls)} by ${currentPrincipal().sub}`;
    },
  });
  const { url } = await startForTest(server);
  const [reply] = (await post(url, callTool("relay"), bearer(token))).replies;
  expect(`${reply && textOf(reply)}`).toMatch(/"undefined".*"for Ada".* by ada$/);
});

test("a route of one's own has no principal, whoever used its connection before", async () => {
  const server = new FastMCP(protectServer(serverOptions, { verifier, legacySse: true }));
  server.addTool({ name: "whoami", execute: async () => currentPrincipal().sub });
  server.getApp().get("/who", (context) => {
    try {
      return context.text(currentPrincipal().sub);
    } catch {
      return context.text("nobody");
    }
  });
  const { origin, url } = await startForTest(server, "stateful");
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  const who = async () => (await send(`${origin}/who`, { agent })).text;

  expect(await who()).toBe("nobody");
  const session = await openSession({ mode: "stateful", origin, url }, token);
  const headers = { ...session, ...bearer(token) };
  const called = await send(url, { ...posted(callTool("whoami"), headers), agent });
  expect(called.text).toContain("ada");
  expect(await who()).toBe("nobody");

  const accept = { accept: "text/event-stream" };
  for (const path of ["/mcp", "/sse"]) {
    const stream = await openStream(`${origin}${path}`, {
      headers: { ...headers, ...accept },
      agent,
    });
    expect(stream.status).toBe(200);
    await vi.waitUntil(() => server.sessions.length === 1, { timeout: 5_000 });
    await Promise.all(server.sessions.map((each) => each.close()));
    await stream.ended;
    expect(await who()).toBe("nobody");
  }
  expect(Object.values(agent.freeSockets).flat()).toHaveLength(1);
});
