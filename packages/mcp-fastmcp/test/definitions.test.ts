import { protectServer } from "@caracalai/mcp-fastmcp";
import { ConfigurationError, type Principal } from "@caracalai/transport-mcp";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { FastMCP } from "fastmcp";
import { InMemoryEventStore } from "mcp-proxy";
import { describe, expect, test } from "vitest";
import { callTool, getPrompt, readResource, textOf } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { sampleServer, serverOptions } from "./support/sample-server.js";
import { startForFile, startForTest } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const verifier = verifierFor(sts);
const headers = bearer(sts.mint());

class Greeting {
  readonly name = "greet";
  readonly #greeting = "Hello";

  canAccess(): boolean {
    return this.#greeting === "Hello";
  }

  async execute(): Promise<string> {
    return this.#greeting;
  }
}

describe("definitions go on being objects", async () => {
  const server = new FastMCP<Principal>(protectServer(serverOptions, { verifier }));
  const holder = {
    uri: "own://text",
    name: "own",
    text: "of its own",
    async load() {
      return { text: this.text };
    },
  };
  const prompt = {
    name: "own",
    text: "said by it",
    async load() {
      return this.text;
    },
  };
  server.addTool(new Greeting());
  server.addResource(holder);
  server.addPrompt(prompt);
  server.addTool({ name: "session", execute: async (_, { sessionId }) => `${sessionId}` });
  const { url } = await startForFile(server, "stateless");
  const said = async (message: object) =>
    (await post(url, message as never, headers)).replies.map(textOf);

  test("with their own members within reach of what they run", async () => {
    expect(await said(callTool("greet"))).toEqual(["Hello"]);
    expect(await said(readResource("own://text"))).toEqual(["of its own"]);
    expect(await said(getPrompt("own"))).toEqual(["said by it"]);
  });

  test("and are told of no session that only the caller speaks of", async () => {
    const claimed = { ...headers, "mcp-session-id": "ADAS-SESSION" };
    const { replies } = await post(url, callTool("session"), claimed);
    expect(replies.map(textOf)).toEqual(["undefined"]);
  });
});

test("a session that is open is told to what runs on it", async () => {
  const server = new FastMCP<Principal>(protectServer(serverOptions, { verifier }));
  server.addTool({ name: "session", execute: async (_, { sessionId }) => `${sessionId}` });
  const running = await startForTest(server, "stateful");
  const session = await openSession(running, sts.mint());
  const { replies } = await post(running.url, callTool("session"), { ...session, ...headers });
  expect(replies.map(textOf)).toEqual([session["mcp-session-id"]]);
});

test("what a caller may not see is not named where there is nothing", async () => {
  const { url } = await startForTest(sampleServer(verifier).server);
  const { replies } = await post(url, readResource("nosuch://x"), headers);
  expect(replies[0]?.error?.message).toContain("Resource not found: 'nosuch://x'.");
  expect(JSON.stringify(replies)).not.toContain("notes://");
});

test("a store of events that all sessions would share is refused at start", async () => {
  const { server } = sampleServer(verifier);
  const start = server.start({
    transportType: "httpStream",
    httpStream: { port: 0, eventStore: new InMemoryEventStore() },
  });
  await expect(start).rejects.toThrow(ConfigurationError);
});

test("in memory, what is no message ends nothing", async () => {
  const { server } = sampleServer(verifier);
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  const answers: unknown[] = [];
  ours.onmessage = (message) => answers.push(message);
  const odd = [
    { id: 9, method: { toString: 1 } },
    null,
    { jsonrpc: "2.0", id: 10, method: "ping" },
  ];
  for (const message of odd) await ours.send(message as never);
  await expect.poll(() => answers.at(-1)).toEqual(expect.objectContaining({ id: 10, result: {} }));
});
