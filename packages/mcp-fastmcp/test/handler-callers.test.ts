import { setTimeout as sleep } from "node:timers/promises";
import { currentPrincipal, protectServer } from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";
import { describe, expect, test } from "vitest";
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

function askingServer(): FastMCP<Principal> {
  const server = new FastMCP(protectServer(serverOptions, { verifier: verifierFor(sts) }));
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

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const running = await startForFile(askingServer(), mode);
  const tokens = ["sid-1", "sid-2"].map((sid) => [sid, sts.mint({ sid })] as const);
  const session = await openSession(running, tokens[0]?.[1] ?? "");

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

  test("and nobody can change who that is", () => {
    expect(principals.length).toBeGreaterThan(0);
    for (const principal of new Set(principals)) {
      expect(Object.isFrozen(principal)).toBe(true);
      expect(Object.isFrozen(principal.scopes)).toBe(true);
      expect(Object.isFrozen(principal.targets)).toBe(true);
      expect(Object.isFrozen(principal.mandate)).toBe(true);
    }
  });
});
