import { randomUUID } from "node:crypto";
import { currentPrincipal, FastMcpAuthError, protectServer } from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { FastMCP } from "fastmcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { send } from "./support/http.js";
import { callTool } from "./support/messages.js";
import { moduleFile, readText, runFile } from "./support/module-process.js";
import { bearer, post } from "./support/post.js";
import { sampleServer, serverOptions } from "./support/sample-server.js";
import { startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const verifier = verifierFor(sts);
const writer = sts.mint({ scope: "notes:write" });

function newClient(): Client {
  const client = new Client({ name: "test", version: "1.0.0" });
  onTestFinished(() => client.close());
  return client;
}

/** Everything that a client can ask for, and what came of it. */
async function refusalsOf(client: Client): Promise<string[]> {
  const called = ["open", "write", "a", "b"].map(async (name) => {
    const { isError, content, structuredContent } = await client.callTool({ name });
    const [{ text }] = content as [{ text: string }];
    expect({ isError, structuredContent }).toEqual({ isError: true, structuredContent: undefined });
    return JSON.parse(text).error as string;
  });
  const uris = ["notes://open", "notes://write", "templates://1", "a://a", "b://b"];
  const others = [
    client.listTools(),
    client.listResources(),
    client.listResourceTemplates(),
    client.listPrompts(),
    ...uris.map((uri) => client.readResource({ uri })),
    client.subscribeResource({ uri: "notes://open" }),
    client.getPrompt({ name: "open" }),
    client.complete({
      ref: { type: "ref/prompt", name: "open" },
      argument: { name: "a", value: "" },
    }),
  ].map((asking) =>
    asking.then(
      () => "answered",
      ({ message }) => JSON.parse(/\{.*\}/s.exec(message)?.[0] ?? "{}").error as string,
    ),
  );
  return Promise.all([...called, ...others]);
}

const nothingRuns = Array.from({ length: 16 }, () => "missing_token");

describe("legacy SSE", async () => {
  const { server, runs } = sampleServer(verifier);
  const { origin } = await startForFile(server, "stateful");

  test.each([
    ["with a mandate", "/sse", writer],
    ["without", "/sse", undefined],
    ["with a forged one", "/sse", "a.b.c"],
    ["with a query", "/sse?endpoint=/mcp", writer],
    ["by a longer way", "/mcp/../sse", writer],
    ["by way of another host", "//other.example/sse", writer],
  ])("is not there: %s", async (_name, path, token) => {
    const headers = { accept: "text/event-stream", ...bearer(token) };
    const answer = await send(`${origin}${path}`, { headers });
    expect([answer.status, answer.text]).toEqual([404, "Not Found"]);
  });

  test("its messages run nothing", async () => {
    await send(`${origin}/sse`, { headers: bearer(writer) });
    for (const path of ["/messages", `/messages?sessionId=${randomUUID()}`]) {
      for (const token of [undefined, writer]) {
        const { status } = await post(`${origin}${path}`, callTool("open"), bearer(token));
        expect(status).toBe(400);
      }
    }
    expect(runs).toEqual([]);
  });
});

test("stdio: nothing runs", async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [moduleFile(readText("children/server.ts"))],
    env: { ISSUER: sts.issuer },
    stderr: "pipe",
  });
  let printed = "";
  transport.stderr?.on("data", (chunk) => {
    printed += chunk;
  });
  const client = newClient();
  await client.connect(transport);
  expect(await refusalsOf(client)).toEqual(nothingRuns);
  expect(printed).not.toContain("RAN");
});

describe("in memory", () => {
  const principal = { sub: "ada", scopes: ["notes:write"] } as unknown as Principal;

  test.each([
    ["without a caller", undefined],
    ["with a caller made up", principal],
  ])("nothing runs: %s", async (_name, auth) => {
    const { server, runs } = sampleServer(verifier);
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const client = newClient();
    await Promise.all([server.connect(theirs, auth), client.connect(ours)]);
    expect(await refusalsOf(client)).toEqual(nothingRuns);
    expect(runs).toEqual([]);
  });

  test("nothing runs: what was added later, to a server made of a copy of the options", async () => {
    const ran: string[] = [];
    const load = async () => ({ text: `${ran.push("loaded")}` });
    const server = new FastMCP<Principal>({ ...protectServer(serverOptions, { verifier }) });
    server.addTool({ name: "a", execute: async () => `${ran.push("a")}` });
    server.addResource({ uri: "a://a", name: "a", load });
    server.addPrompt({ name: "a", load: async () => `${ran.push("a")}` });
    server.addResourceTemplates([
      { uriTemplate: "templates://{id}", name: "t", arguments: [{ name: "id" }], load },
    ]);
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const client = newClient();
    await Promise.all([server.connect(theirs), client.connect(ours)]);
    server.addTools([{ name: "b", execute: async () => `${ran.push("b")}` }]);
    server.addResources([{ uri: "b://b", name: "b", load }]);
    server.addPrompts([{ name: "b", load: async () => `${ran.push("b")}` }]);
    expect(await refusalsOf(client)).toEqual(nothingRuns);
    expect(ran).toEqual([]);
  });
});

test("the first request of a process lends its caller to nobody", async () => {
  const env = { ISSUER: sts.issuer, TOKEN: writer, PORT: `${await freePort()}` };
  const { ended } = runFile(moduleFile(readText("children/first-call.ts")), env);
  const { stdout } = await ended;
  const { first, second, outside } = JSON.parse(stdout.split("\n").at(-1) ?? "");
  expect(first).toContain("user_dev");
  expect(second).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining("missing_token") }],
  });
  expect(outside).toBe("nobody");
});

test("outside a call nobody is calling", () => {
  expect(currentPrincipal).toThrow(FastMcpAuthError);
  expect(currentPrincipal).toThrow(
    expect.objectContaining({ code: "missing_token", check: "bearer" }),
  );
});
