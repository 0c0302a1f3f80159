import { protectServer, protectTool } from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { FastMCP } from "fastmcp";
import { describe, expect, test } from "vitest";
import { type Answer, send } from "./support/http.js";
import { callTool, getPrompt, initialize, listTools, readResource } from "./support/messages.js";
import { otherCopy } from "./support/other-copy.js";
import { bearer, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { serverOptions, WRITE } from "./support/sample-server.js";
import { silentLogger } from "./support/silent-logger.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

quietForFile();
const sts = await stsOfFile();
const verifier = verifierFor(sts);
const writers = bearer(sts.mint({ scope: "notes:write" }));
const { FastMCP: OtherFastMCP } = await otherCopy();
const runs: string[] = [];
const run = async () => `${runs.push("ran")}`;

function unknownServer(): FastMCP<Principal> {
  const options = protectServer(serverOptions, { verifier, legacySse: true });
  const server = new OtherFastMCP<Principal>(options);
  server.addTools([
    { name: "open", execute: run },
    protectTool(WRITE, { name: "write", execute: run }),
  ]);
  server.addResource({ uri: "notes://open", name: "o", load: async () => ({ text: await run() }) });
  server.addPrompt({ name: "open", load: run });
  return server;
}

test("it is another copy", () => {
  expect(OtherFastMCP).not.toBe(FastMCP);
});

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const { origin, url } = await startForFile(unknownServer(), mode);

  test.each<readonly [string, () => Promise<Answer>]>([
    ["a tool", () => post(url, callTool("open"), writers)],
    ["a protected tool", () => post(url, callTool("write"), writers)],
    ["a resource", () => post(url, readResource("notes://open"), writers)],
    ["a prompt", () => post(url, getPrompt("open"), writers)],
    ["a list", () => post(url, listTools, writers)],
    ["a new session", () => post(url, initialize, writers)],
    ["a call without a mandate", () => post(url, callTool("open"))],
    ["legacy SSE", () => send(`${origin}/sse`, { headers: writers })],
  ])("a server of a copy that nobody watches refuses everything: %s", async (_name, ask) => {
    const { status, headers, text } = await ask();
    expect([status, headers["cache-control"], JSON.parse(text).error]).toEqual([
      500,
      "no-store",
      "server_error",
    ]);
    expect(runs).toEqual([]);
  });
});

test.each<readonly [string, (server: FastMCP<Principal>) => Promise<unknown>]>([
  ["in memory", (server) => server.connect(InMemoryTransport.createLinkedPair()[0])],
  ["over stdio", (server) => server.start({ transportType: "stdio" })],
])("nor does it open a session %s", async (_name, start) => {
  await expect(start(unknownServer())).rejects.toThrow("This server is not protected");
  expect(runs).toEqual([]);
});

test("not even where a known one was made of the same options", async () => {
  const options = protectServer(serverOptions, { verifier, processMandate: sts.mint() });
  await new FastMCP(options).connect(InMemoryTransport.createLinkedPair()[0]);
  const server = new OtherFastMCP<Principal>({ ...options });
  const connecting = server.connect(InMemoryTransport.createLinkedPair()[0]);
  await expect(connecting).rejects.toThrow("This server is not protected");
});

test("roots are as they were given", async () => {
  for (const roots of [undefined, {}, { enabled: true }, { enabled: false }]) {
    const debug: unknown[] = [];
    const logger = { ...silentLogger, debug: (line: unknown) => debug.push(line) };
    const options = { ...serverOptions, logger, ...(roots && { roots }) };
    const server = new FastMCP(protectServer(options, { verifier }));
    const session = await server.connect(InMemoryTransport.createLinkedPair()[0]);
    const isDisabled = debug.some((line) => `${line}`.includes("roots capability explicitly"));
    expect(isDisabled).toBe(roots?.enabled === false);
    await session.close();
  }
});
