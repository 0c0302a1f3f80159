import { setTimeout as sleep } from "node:timers/promises";
import { currentPrincipal, protectServer, type ServerProtection } from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { FastMCP } from "fastmcp";
import { describe, expect, test, vi } from "vitest";
import { openLegacySse } from "./support/legacy-sse.js";
import { callTool, getPrompt, type Message, readResource } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { serverOptions } from "./support/sample-server.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

// Hazard F3: FastMCP tells a handler whoever came last on the session.

const sts = await stsOfFile();
const principals: Principal[] = [];

/** What a handler answers with: the sessions of the mandates that it was told, before and after a wait. */
async function tell(...told: unknown[]): Promise<string> {
  const sids = () =>
    [...(told as Principal[]), currentPrincipal()].map((principal) => {
      principals.push(principal);
      return principal.mandate.sid;
    });
  const before = sids();
  await sleep(2);
  return [...before, ...sids()].join();
}

type Context = { readonly session: unknown };
const values = async (...told: unknown[]) => ({ values: [await tell(...told)] });

function askingServer(protection: Partial<ServerProtection> = {}): FastMCP<Principal> {
  const verifier = verifierFor(sts);
  const server = new FastMCP(protectServer(serverOptions, { verifier, ...protection }));
  server.addTool({ name: "tool", execute: (_, { session }) => tell(session) });
  server.addResource({
    uri: "notes://one",
    name: "one",
    load: async (principal, context?: Context) => ({
      text: await tell(principal, context?.session),
    }),
  });
  server.addResourceTemplate({
    uriTemplate: "template://{id}",
    name: "template",
    arguments: [{ name: "id", complete: (_, principal) => values(principal) }],
    load: async (_, principal, context?: Context) => ({
      text: await tell(principal, context?.session),
    }),
  });
  server.addResourceTemplate({
    uriTemplate: "other://{id}",
    name: "other",
    arguments: [{ name: "id" }],
    complete: (_name, _value, principal) => values(principal),
    load: async () => ({ text: "" }),
  });
  server.addPrompts([
    {
      name: "prompt",
      arguments: [{ name: "id", complete: (_, principal) => values(principal) }],
      load: (_, principal, context?: Context) => tell(principal, context?.session),
    },
    {
      name: "other",
      arguments: [{ name: "id" }],
      complete: (_name, _value, principal) => values(principal),
      load: async () => "",
    },
  ]);
  return server;
}

const complete = (ref: object): Message => ({
  jsonrpc: "2.0",
  id: 1,
  method: "completion/complete",
  params: { ref, argument: { name: "id", value: "" } },
});

/** Every way to a handler, and how often it tells a session. */
const messages: readonly (readonly [string, Message, number])[] = [
  ["a tool", callTool("tool"), 4],
  ["a resource", readResource("notes://one"), 6],
  ["a resource template", readResource("template://1"), 6],
  ["a prompt", getPrompt("prompt"), 6],
  ["a template's argument", complete({ type: "ref/resource", uri: "template://{id}" }), 4],
  ["a template's completion", complete({ type: "ref/resource", uri: "other://{id}" }), 4],
  ["a prompt's argument", complete({ type: "ref/prompt", name: "prompt" }), 4],
  ["a prompt's completion", complete({ type: "ref/prompt", name: "other" }), 4],
];

const [opener, ...tokens] = ["sid-0", "sid-1", "sid-2"].map(
  (sid) => [sid, sts.mint({ sid })] as const,
);

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const running = await startForFile(askingServer(), mode);
  const session = await openSession(running, `${opener?.[1]}`);

  test.each(messages)("%s is told the caller of its own request", async (_name, message, times) => {
    const calls = Array.from({ length: 10 }, (_, each) =>
      tokens.map(async ([sid, token], index) => {
        const headers = { ...session, ...bearer(token) };
        const id = each * tokens.length + index;
        const { text } = await post(running.url, { ...message, id }, headers);
        return { sid, told: text.match(/sid-\d/g) };
      }),
    );
    for (const { sid, told } of await Promise.all(calls.flat())) {
      expect(told).toEqual(Array.from({ length: times }, () => sid));
    }
  });
});

describe("legacy SSE, opened with another mandate", async () => {
  const { origin } = await startForFile(askingServer({ legacySse: true }), "stateful");
  const session = await openLegacySse(origin, `${opener?.[1]}`);
  let id = 0;

  test.each(messages)("%s is told the caller of its own request", async (_name, message, times) => {
    for (const [sid, token] of tokens) {
      id += 1;
      await post(session.url, { ...message, id }, bearer(token));
      const told = JSON.stringify(await session.replyTo(id)).match(/sid-\d/g);
      expect(told).toEqual(Array.from({ length: times }, () => sid));
    }
  });
});

describe("in memory, with a caller made up, and a mandate that changes", async () => {
  let current = "";
  const server = askingServer({ processMandate: () => current });
  const madeUp = { sub: "made up", mandate: { sid: "sid-9" } } as unknown as Principal;
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  const replies: unknown[] = [];
  ours.onmessage = (message) => replies.push(message);
  void server.connect(theirs, madeUp);

  test.each(messages)("%s is told the caller of its own call", async (_name, message, times) => {
    for (const [sid, token] of tokens) {
      current = token;
      replies.length = 0;
      await ours.send({ ...message, id: 1 } as JSONRPCMessage);
      const [reply] = await vi.waitUntil(() => replies.length > 0 && replies);
      const told = JSON.stringify(reply).match(/sid-\d/g);
      expect(told).toEqual(Array.from({ length: times }, () => sid));
    }
  });
});

describe("the caller", () => {
  test("is not changed by anyone", () => {
    expect(principals.length).toBeGreaterThan(0);
    for (const principal of new Set(principals)) {
      expect(Object.isFrozen(principal)).toBe(true);
      expect(Object.isFrozen(principal.scopes)).toBe(true);
      expect(Object.isFrozen(principal.targets)).toBe(true);
      expect(Object.isFrozen(principal.mandate)).toBe(true);
    }
  });
});
