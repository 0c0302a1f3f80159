import {
  protectPrompt,
  protectResource,
  protectServer,
  protectTool,
  type ServerProtection,
} from "@caracalai/mcp-fastmcp";
import { ConfigurationError, type Principal, type Requirements } from "@caracalai/transport-mcp";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { FastMCP } from "fastmcp";
import { beforeEach, describe, expect, test } from "vitest";
import { callTool, getPrompt, listTools, type Message, readResource } from "./support/messages.js";
import { bearer, openSession, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { refusalIn } from "./support/refusal.js";
import { serverOptions, WRITE } from "./support/sample-server.js";
import { type Mode, startForFile, startForTest } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

quietForFile();
const sts = await stsOfFile();
const verifier = verifierFor(sts);
const READ: Requirements = { requiredScopes: ["notes:read"] };
const runs: string[] = [];
const note = async (name: string) => {
  runs.push(name);
  return name;
};
beforeEach(() => {
  runs.length = 0;
});

type Tables = Pick<ServerProtection, "tools" | "resources" | "resourceTemplates" | "prompts">;

const serverWith = (tables: Tables) =>
  new FastMCP(protectServer(serverOptions, { verifier, ...tables }));
const tool = (name: string) => ({ name, execute: () => note(name) });
const resource = (uri: string) => ({
  uri,
  name: uri,
  load: async () => ({ text: await note(uri) }),
});
const template = (uriTemplate: string) => ({
  uriTemplate,
  name: uriTemplate,
  arguments: [{ name: "id", complete: async () => ({ values: [await note(uriTemplate)] }) }],
  load: async () => ({ text: await note(uriTemplate) }),
});
const prompt = (name: string) => ({ name, load: () => note(name) });
const complete = (ref: object): Message => ({
  jsonrpc: "2.0",
  id: 1,
  method: "completion/complete",
  params: { ref, argument: { name: "id", value: "" } },
});

function startServer(): FastMCP<Principal> {
  const server = serverWith({
    tools: { read: READ, both: READ, agents: { requireAgent: true } },
    resources: { "notes://read": READ, "notes://both": READ },
    resourceTemplates: { "read://{id}": READ },
    prompts: { read: READ, both: READ },
  });
  server.addTools([tool("open"), tool("read"), tool("agents"), protectTool(WRITE, tool("both"))]);
  server.addResources([
    resource("notes://open"),
    resource("notes://read"),
    protectResource(WRITE, resource("notes://both")),
  ]);
  server.addResourceTemplates([template("read://{id}"), template("open://{id}")]);
  server.addPrompts([prompt("open"), prompt("read"), protectPrompt(WRITE, prompt("both"))]);
  return server;
}

/** What is asked for, and the scopes that it needs. */
const cases: readonly (readonly [string, Message, string])[] = [
  ["an open tool", callTool("open"), ""],
  ["a tool of the table", callTool("read"), "notes:read"],
  ["a tool that is protected as well", callTool("both"), "notes:write notes:read"],
  ["an open resource", readResource("notes://open"), ""],
  ["a resource of the table", readResource("notes://read"), "notes:read"],
  ["a resource that is protected as well", readResource("notes://both"), "notes:write notes:read"],
  ["a resource of an open template", readResource("open://1"), ""],
  ["a resource of a template of the table", readResource("read://1"), "notes:read"],
  [
    "a completion for a template of the table",
    complete({ type: "ref/resource", uri: "read://{id}" }),
    "notes:read",
  ],
  ["an open prompt", getPrompt("open"), ""],
  ["a prompt of the table", getPrompt("read"), "notes:read"],
  ["a prompt that is protected as well", getPrompt("both"), "notes:write notes:read"],
];

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const running = await startForFile(startServer(), mode);
  const session = await openSession(running, sts.mint());
  const ask = (message: Message | Message[], scope: string) =>
    post(running.url, message, { ...session, ...bearer(sts.mint({ scope })) });

  test.each(cases)("%s", async (_name, message, scopes) => {
    const needed = scopes.split(" ").filter(Boolean);
    for (const missing of needed) {
      const granted = needed.filter((scope) => scope !== missing).join(" ");
      const { status, headers, text } = await ask(message, granted);
      expect([status, refusalIn(text)]).toEqual([
        403,
        { error: "insufficient_scope", error_description: `Missing scope: ${missing}` },
      ]);
      expect(headers["www-authenticate"]).toContain(`scope="${scopes}"`);
    }
    expect(runs).toEqual([]);
    expect((await ask(message, scopes)).status).toBe(200);
    expect(runs).toHaveLength(1);
  });

  test("whatever else a route can ask for", async () => {
    const { status, text } = await ask(callTool("agents"), "notes:read");
    expect([status, refusalIn(text).error]).toEqual([403, "agent_required"]);
  });

  test("lists hold what their reader may use", async () => {
    const namesFor = async (scope: string) => {
      const { replies } = await ask(listTools, scope);
      return replies[0]?.result?.tools?.map(({ name }) => name);
    };
    expect(await namesFor("")).toEqual(["open"]);
    expect(await namesFor("notes:read")).toEqual(["open", "read"]);
    expect(await namesFor("notes:write")).toEqual(["open"]);
    expect(await namesFor("notes:read notes:write")).toEqual(["open", "read", "both"]);
  });

  test("a batch needs what all in it need", async () => {
    const batch = [callTool("open", {}, 1), { ...readResource("read://1"), id: 2 }];
    expect((await ask(batch, "")).status).toBe(403);
    expect(runs).toEqual([]);
    expect((await ask(batch, "notes:read")).status).toBe(200);
  });
});

const misspelt: readonly (readonly [string, Tables, string])[] = [
  ["tool", { tools: { open: READ, raed: READ } }, '"raed"'],
  ["resource", { resources: { "notes://raed": READ } }, '"notes://raed"'],
  ["resource template", { resourceTemplates: { "read://{name}": READ } }, '"read://{name}"'],
  ["resource, where a template would match", { resources: { "read://1": READ } }, '"read://1"'],
  ["prompt", { prompts: { open: READ, Read: READ } }, '"Read"'],
  ["tool by another letter case", { tools: { Open: READ } }, '"Open"'],
  ["tool by the name of a prompt", { tools: { greet: READ } }, '"greet"'],
  ["name with a line feed", { tools: { "a\nb": READ } }, '"a\\nb"'],
];

describe.each(misspelt)("a misspelt %s", (_name, tables, named) => {
  const make = () => {
    const server = serverWith(tables);
    server.addTools([tool("open"), tool("read")]);
    server.addResource(resource("notes://read"));
    server.addResourceTemplate(template("read://{id}"));
    server.addPrompts([prompt("open"), prompt("read"), prompt("greet")]);
    return server;
  };

  test.each<readonly [string, (server: FastMCP<Principal>) => Promise<unknown>]>([
    ["over HTTP", (server) => startForTest(server)],
    ["over stdio", (server) => server.start({ transportType: "stdio" })],
    ["in memory", (server) => server.connect(InMemoryTransport.createLinkedPair()[0])],
  ])("is an error at start: %s", async (_by, start) => {
    const starting = start(make());
    await expect(starting).rejects.toThrow(ConfigurationError);
    await expect(starting).rejects.toThrow(named);
  });
});

const malformed: readonly (readonly [string, unknown])[] = [
  ["text", "open"],
  ["null", null],
  ["a list", [{ open: READ }]],
  ["a function", () => READ],
  ["a map, of which nothing would be seen", new Map([["open", READ]])],
  ["an object whose prototype is the table", Object.create({ open: READ })],
  ["a prototype by mistake", { __proto__: READ }],
  ["an instance", new (class Tables {})()],
  ["a route of undefined", { open: undefined }],
  ["a route of null", { open: null }],
  ["a route of text", { open: "notes:read" }],
  ["a route of a list", { open: ["notes:read"] }],
  ["a misspelt member", { open: { requiredScope: ["notes:read"] } }],
  ["a scope with a space", { open: { requiredScopes: ["notes:read notes:write"] } }],
  ["a negative number of hops", { open: { maxHopCount: -1 } }],
];

test.each(malformed)("a table of %s is refused", (_name, table) => {
  for (const kind of ["tools", "resources", "resourceTemplates", "prompts"]) {
    expect(() => serverWith({ [kind]: table })).toThrow(ConfigurationError);
  }
});

test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "", " ", "a b", "é"])(
  "a tool may be called %j",
  async (name) => {
    const table = JSON.parse(`{${JSON.stringify(name)}: ${JSON.stringify(READ)}}`);
    const server = serverWith({ tools: table, prompts: Object.assign(Object.create(null), table) });
    server.addTools([tool(name), tool("valueOf")]);
    server.addPrompt(prompt(name));
    const { url } = await startForTest(server);
    for (const message of [callTool(name), getPrompt(name)]) {
      expect((await post(url, message, bearer(sts.mint()))).status).toBe(403);
      expect(runs).toEqual([]);
    }
    expect((await post(url, callTool("valueOf"), bearer(sts.mint()))).status).toBe(200);
    await post(url, callTool(name), bearer(sts.mint({ scope: "notes:read" })));
    expect(runs).toEqual(["valueOf", name]);
  },
);

test("a table is read once", async () => {
  const route = { requiredScopes: ["notes:read"] };
  const tools: Record<string, Requirements> = { open: route };
  const server = serverWith({ tools });
  server.addTool(tool("open"));
  route.requiredScopes.length = 0;
  delete tools.open;
  const { url } = await startForTest(server);
  expect((await post(url, callTool("open"), bearer(sts.mint()))).status).toBe(403);
});

test("what is added, replaced or taken out later is judged by the table still", async () => {
  const server = serverWith({
    tools: { read: READ },
    resourceTemplates: { "read://{id}": READ },
    prompts: { read: READ },
  });
  server.addTool(tool("read"));
  server.addResource({ ...resource("read://1"), name: "one" });
  server.addResourceTemplate(template("read://{id}"));
  server.addPrompt(prompt("read"));
  const { url } = await startForTest(server);
  const ask = (message: Message) => post(url, message, bearer(sts.mint()));
  server.addTool({ ...tool("read"), description: "another" });
  expect((await ask(callTool("read"))).status).toBe(403);
  expect((await ask(readResource("read://1"))).status).toBe(200);
  runs.length = 0;
  // Now the template stands in for it.
  server.removeResource("one");
  await ask(readResource("read://1"));
  server.addResource({ ...resource("notes://1"), name: "two" });
  await ask(readResource("read://1"));
  expect(runs).toEqual([]);
});

test("tools of one server are not those of another", async () => {
  const server = serverWith({});
  server.addTool(tool("read"));
  const other = serverWith({ tools: { read: READ } });
  other.addTool(tool("read"));
  const running = await Promise.all([startForTest(server), startForTest(other)]);
  const answers = running.map(({ url }) => post(url, callTool("read"), bearer(sts.mint())));
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 403]);
});
