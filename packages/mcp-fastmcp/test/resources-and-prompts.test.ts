import {
  protectPrompt,
  protectResource,
  protectResourceTemplate,
  protectServer,
} from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";
import { beforeEach, describe, expect, test } from "vitest";
import { getPrompt, type Message, readResource, textOf } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { refusalIn } from "./support/refusal.js";
import { serverOptions, WRITE } from "./support/sample-server.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

// Hazard F5: FastMCP has no hook for resources, templates, prompts and completions.

quietForFile();
const sts = await stsOfFile();
const everyones = sts.mint();
const writers = sts.mint({ scope: "notes:write" });
const runs: string[] = [];
const note = (name: string) => {
  runs.push(name);
  return name;
};
beforeEach(() => {
  runs.length = 0;
});

const resource = (uri: string) => ({
  uri,
  name: uri,
  load: async () => ({ text: note(`loaded ${uri}`) }),
});
const template = (uriTemplate: string, name = uriTemplate) => ({
  uriTemplate,
  name,
  arguments: [{ name: "id", complete: async () => ({ values: [note(`completed ${name}`)] }) }],
  load: async () => ({ text: note(`loaded ${name}`) }),
});
const prompt = (name: string) => ({
  name,
  arguments: [{ name: "id", complete: async () => ({ values: [note(`completed ${name}`)] }) }],
  load: async () => note(`loaded ${name}`),
});

function startServer(): FastMCP<Principal> {
  const server = new FastMCP(protectServer(serverOptions, { verifier: verifierFor(sts) }));
  server.addResources([
    resource("notes://open"),
    protectResource(WRITE, resource("notes://write")),
    resource("open-in-write://exact"),
    protectResource(WRITE, resource("write-in-open://exact")),
  ]);
  const protect = (uriTemplate: string, name?: string) =>
    protectResourceTemplate(WRITE, template(uriTemplate, name));
  server.addResourceTemplates([
    template("open://{id}"),
    protect("write://{id}"),
    protect("open-in-write://{id}"),
    template("write-in-open://{id}"),
    template("open-first://{id}", "open, first"),
    protect("open-first://{other}", "write, second"),
    protect("write-first://{id}", "write, first"),
    template("write-first://{other}", "open, second"),
  ]);
  server.addPrompts([prompt("open"), protectPrompt(WRITE, prompt("write"))]);
  return server;
}

const subscribe = (uri: string): Message => ({
  ...readResource(uri),
  method: "resources/subscribe",
});
const complete = (ref: object): Message => ({
  jsonrpc: "2.0",
  id: 1,
  method: "completion/complete",
  params: { ref, argument: { name: "id", value: "" } },
});
const completeTemplate = (uri: string) => complete({ type: "ref/resource", uri });
const completePrompt = (name: string) => complete({ type: "ref/prompt", name });

/** What needs the scope, and what runs for whoever has it. */
const denied: readonly (readonly [string, Message, string[]])[] = [
  ["a resource", readResource("notes://write"), ["loaded notes://write"]],
  ["a resource of a template", readResource("write://1"), ["loaded write://{id}"]],
  ["a resource of a template, odd", readResource("write://%C3%A9%20%2F"), ["loaded write://{id}"]],
  [
    "a resource beside an open template",
    readResource("write-in-open://exact"),
    ["loaded write-in-open://exact"],
  ],
  [
    "a template beside an open resource",
    readResource("open-in-write://1"),
    ["loaded open-in-write://{id}"],
  ],
  ["a template before an open one", readResource("write-first://1"), ["loaded write, first"]],
  ["a prompt", getPrompt("write"), ["loaded write"]],
  ["a subscription", subscribe("notes://write"), []],
  ["a subscription by a template", subscribe("write://1"), []],
  ["a template's completion", completeTemplate("write://{id}"), ["completed write://{id}"]],
  ["a prompt's completion", completePrompt("write"), ["completed write"]],
  [
    "a URI too long to be matched",
    readResource(`open://${"a".repeat(2_048)}`),
    ["loaded open://{id}"],
  ],
  [
    "a URI of 100,000 letters",
    readResource(`open://${"a".repeat(100_000)}`),
    ["loaded open://{id}"],
  ],
  ["a URI too long that nothing matches", readResource(`none://${"a".repeat(2_048)}`), []],
];

/** What everyone may, and what runs. */
const open: readonly (readonly [string, Message, string[]])[] = [
  ["a resource", readResource("notes://open"), ["loaded notes://open"]],
  ["a resource of a template", readResource("open://1"), ["loaded open://{id}"]],
  [
    "the longest that is matched",
    readResource(`open://${"a".repeat(2_041)}`),
    ["loaded open://{id}"],
  ],
  [
    "a resource beside a denied template",
    readResource("open-in-write://exact"),
    ["loaded open-in-write://exact"],
  ],
  [
    "a template beside a denied resource",
    readResource("write-in-open://1"),
    ["loaded write-in-open://{id}"],
  ],
  ["a template before a denied one", readResource("open-first://1"), ["loaded open, first"]],
  ["a prompt", getPrompt("open"), ["loaded open"]],
  ["a subscription", subscribe("notes://open"), []],
  ["a subscription by a template", subscribe("open://1"), []],
  ["a template's completion", completeTemplate("open://{id}"), ["completed open://{id}"]],
  ["a prompt's completion", completePrompt("open"), ["completed open"]],
];

/** What FastMCP finds nothing for, whoever asks. */
const nothing: readonly (readonly [string, Message])[] = [
  ["a URI that cannot be decoded", readResource("write://%")],
  ["one of no template that cannot be decoded", readResource("none://%E0%A4%A")],
  ["half a character", readResource("open://%C3")],
  ["another letter case", readResource("NOTES://WRITE")],
  ["a resource by way of a completion", completeTemplate("notes://write")],
  ["a template by one of its resources", completeTemplate("write://1")],
  ["a template as a resource", readResource("{id}")],
  ["a prompt by a longer name", getPrompt("write ")],
  ["a prompt of a prototype", getPrompt("__proto__")],
  ["a resource of a prototype", readResource("constructor")],
];

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const running = await startForFile(startServer(), mode);
  // Opened by the stronger mandate: it lends nothing to the weaker.
  const session = await openSession(running, writers);
  const ask = (message: Message, token: string) =>
    post(running.url, message, { ...session, ...bearer(token) });

  test.each(denied)("denied before dispatch: %s", async (_name, message, ran) => {
    const { status, headers, text } = await ask(message, everyones);
    expect([status, refusalIn(text).error]).toEqual([403, "insufficient_scope"]);
    expect(headers["www-authenticate"]).toContain('scope="notes:write"');
    expect(runs).toEqual([]);
    expect((await ask(message, writers)).status).toBe(200);
    expect(runs).toEqual(ran);
  });

  test.each(open)("open: %s", async (_name, message, ran) => {
    const { status, replies } = await ask(message, everyones);
    expect([status, replies[0]?.error]).toEqual([200, undefined]);
    expect(runs).toEqual(ran);
  });

  test.each(nothing)("nothing: %s", async (_name, message) => {
    for (const token of [everyones, writers]) {
      const { status, replies } = await ask(message, token);
      if (status === 403) continue;
      expect(status).toBe(200);
      expect(replies[0]?.error).toBeDefined();
    }
    expect(runs).toEqual([]);
  });

  test("lists hold what their reader may use", async () => {
    const list = async (method: string, member: string, token: string) => {
      const { replies } = await ask({ jsonrpc: "2.0", id: 1, method }, token);
      const entries: { readonly name: string }[] = Object(replies[0]?.result)[member];
      return entries.map(({ name }) => name);
    };
    const listed = async (token: string) => ({
      resources: await list("resources/list", "resources", token),
      templates: await list("resources/templates/list", "resourceTemplates", token),
      prompts: await list("prompts/list", "prompts", token),
    });
    const all = await listed(writers);
    expect([all.resources.length, all.templates.length, all.prompts.length]).toEqual([4, 8, 2]);
    expect(await listed(everyones)).toEqual({
      resources: ["notes://open", "open-in-write://exact"],
      templates: ["open://{id}", "write-in-open://{id}", "open, first", "open, second"],
      prompts: ["open"],
    });
    expect(await listed(writers)).toEqual(all);
  });
});

describe("what is replaced or taken out while the server runs", async () => {
  const server = new FastMCP(protectServer(serverOptions, { verifier: verifierFor(sts) }));
  server.addResource(resource("notes://first"));
  const { url } = await startForFile(server, "stateless");
  const ask = (message: Message, token: string) => post(url, message, bearer(token));

  test("a template that stands in for an open resource is judged by itself", async () => {
    const open = { ...resource("late://1"), name: "late" };
    server.addResource(open);
    server.addResourceTemplate(protectResourceTemplate(WRITE, template("late://{id}")));
    expect((await ask(readResource("late://1"), everyones)).status).toBe(200);
    server.removeResource("late");
    runs.length = 0;
    const { replies } = await ask(readResource("late://1"), everyones);
    expect(runs).toEqual([]);
    expect(replies.map(textOf).join()).not.toContain("loaded");
    expect((await ask(readResource("late://1"), writers)).replies.map(textOf)).toEqual([
      "loaded late://{id}",
    ]);
  });

  test("of two templates of one form, the one that completes is judged by itself", async () => {
    const protectedOne = protectResourceTemplate(WRITE, template("twin://{id}", "first"));
    server.addResourceTemplate(protectedOne);
    server.addResourceTemplate(template("twin://{id}", "second"));
    for (const message of [completeTemplate("twin://{id}"), readResource("twin://1")]) {
      await ask(message, everyones);
      expect(runs).toEqual([]);
    }
    await ask(completeTemplate("twin://{id}"), writers);
    expect(runs).toEqual(["completed first"]);
  });
});
