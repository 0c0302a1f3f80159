import { EventEmitter, once } from "node:events";
import { protectPrompt, protectResource, protectServer, protectTool } from "@caracalai/mcp-fastmcp";
import { ConfigurationError, type Principal, type Requirements } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  callTool,
  getPrompt,
  listTools,
  type Message,
  readResource,
  textOf,
} from "./support/messages.js";
import { bearer, post } from "./support/post.js";
import { sampleServer, serverOptions, WRITE } from "./support/sample-server.js";
import { silentLogger } from "./support/silent-logger.js";
import { startForFile, startForTest } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();
const verifier = verifierFor(sts);
const everyone = bearer(sts.mint());
const writer = bearer(sts.mint({ scope: "notes:write" }));

const protectedServer = () => new FastMCP(protectServer(serverOptions, { verifier }));
const tool = (name: string, ran: string[] = []) => ({
  name,
  execute: async () => {
    ran.push(name);
    return name;
  },
});

describe.each<readonly [string, Message]>([
  ["write", callTool("write")],
  ["notes://write", readResource("notes://write")],
  ["write_prompt", getPrompt("write_prompt")],
])("%s", (name, message) => {
  test("is refused from the very first request on, and runs for who may", async () => {
    const { server, runs } = sampleServer(verifier);
    const { url } = await startForTest(server);
    expect((await post(url, message, everyone)).status).toBe(403);
    expect(runs).toEqual([]);

    const { status, replies } = await post(url, message, writer);
    expect([status, replies.map(textOf)]).toEqual([200, [name]]);
    expect(runs).toEqual([name]);
  });
});

test("what is not protected runs for everyone who is let in", async () => {
  const { server, runs } = sampleServer(verifier);
  const { url } = await startForTest(server);
  const messages = [
    callTool("open"),
    readResource("notes://open"),
    readResource("templates://1"),
    getPrompt("open_prompt"),
  ];
  const texts = ["open", "notes://open", "templates://1", "open_prompt"];
  for (const [index, message] of messages.entries()) {
    const { replies } = await post(url, message, everyone);
    expect(replies.map(textOf)).toEqual([texts[index]]);
  }
  expect(runs).toEqual(texts);
});

describe("definitions that come later", () => {
  test.each<readonly [string, (server: FastMCP<Principal>, ran: string[]) => void]>([
    ["addTool", (server, ran) => server.addTool(protectTool(WRITE, tool("late", ran)))],
    ["addTools", (server, ran) => server.addTools([protectTool(WRITE, tool("late", ran))])],
    [
      "addTool, in the place of an open one",
      (server, ran) => {
        server.addTool(tool("late", ran));
        server.addTool(protectTool(WRITE, tool("late", ran)));
      },
    ],
    [
      "addTool, with a copy of a protected one",
      (server, ran) => {
        const protectedTool = protectTool(WRITE, tool("early", ran));
        server.addTool({ ...protectedTool, ...tool("late", ran) });
      },
    ],
  ])("%s", async (_name, add) => {
    const ran: string[] = [];
    const server = protectedServer();
    server.addTool(tool("first"));
    const { url } = await startForTest(server);
    expect((await post(url, callTool("first"), everyone)).status).toBe(200);
    add(server, ran);
    expect((await post(url, callTool("late"), everyone)).status).toBe(403);
    expect(ran).toEqual([]);
    expect((await post(url, callTool("late"), writer)).replies.map(textOf)).toEqual(["late"]);
  });

  test("a tool that is replaced by an open one needs no more", async () => {
    const { server } = sampleServer(verifier);
    const { url } = await startForTest(server);
    server.addTool(tool("write"));
    expect((await post(url, callTool("write"), everyone)).replies.map(textOf)).toEqual(["write"]);
  });

  test("and a server that was made of a copy of the options is covered as well", async () => {
    const server = new FastMCP<Principal>({
      ...protectServer(serverOptions, { verifier }),
      version: "2.0.0",
    });
    server.addTool(protectTool(WRITE, tool("write")));
    const { url } = await startForTest(server);
    expect((await post(url, callTool("write"), everyone)).status).toBe(403);
  });

  test("a tool that is protected while a call is on its way is refused before it runs", async () => {
    const ran: string[] = [];
    const server = protectedServer();
    const steps = new EventEmitter();
    const reached = once(steps, "reached");
    const released = once(steps, "released");
    const parameters = z.object({ id: z.string() }).refine(async () => {
      steps.emit("reached");
      await released;
      return true;
    });
    server.addTool({ ...tool("late", ran), parameters });
    const { url } = await startForTest(server);
    const answer = post(url, callTool("late", { id: "1" }), everyone);
    await reached;
    server.addTool(protectTool(WRITE, tool("late", ran)));
    steps.emit("released");
    const [called] = (await answer).replies;
    expect(called?.result?.isError).toBe(true);
    expect(called && textOf(called)).toContain('"error":"insufficient_scope"');
    expect(ran).toEqual([]);
  });

  test("two servers with one verifier have requirements of their own", async () => {
    const [first, second] = [protectedServer(), protectedServer()];
    first.addTool(protectTool(WRITE, tool("same")));
    second.addTool(tool("same"));
    const running = await Promise.all([startForTest(first), startForTest(second)]);
    const answers = running.map(({ url }) => post(url, callTool("same"), everyone));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([403, 200]);
  });
});

describe("at definition", () => {
  test.each<readonly [string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["text", "notes:write"],
    ["an unknown member", { requiredScope: ["a"] }],
    ["scopes in one text", { requiredScopes: "a b" }],
    ["a scope with a space", { requiredScopes: ["a b"] }],
    ["a flag of text", { requireAgent: "true" }],
    ["a negative number of hops", { maxHopCount: -1 }],
  ])("a route of %s is refused", (_name, route) => {
    const malformed = route as Requirements;
    const load = async () => ({ text: "" });
    for (const protect of [
      () => protectTool(malformed, tool("a")),
      () => protectResource(malformed, { uri: "a://a", name: "a", load }),
      () => protectPrompt(malformed, { name: "a", load: async () => "" }),
    ]) {
      expect(protect).toThrow(ConfigurationError);
    }
  });

  test("neither definition nor route is changed, or read again", async () => {
    const route = { requiredScopes: ["notes:write"] };
    const definition = Object.freeze(tool("frozen"));
    const result = protectTool(route, definition);
    route.requiredScopes.length = 0;
    expect(result).not.toBe(definition);
    expect(Reflect.ownKeys(definition)).toEqual(["name", "execute"]);

    const server = protectedServer();
    server.addTool(result);
    const { url } = await startForTest(server);
    expect((await post(url, callTool("frozen"), everyone)).status).toBe(403);
  });
});

describe("what a definition says beside that still holds", async () => {
  const server = protectedServer();
  server.addTool(
    protectTool(WRITE, {
      name: "for_ada",
      canAccess: ({ sub }) => sub === "ada",
      execute: async () => "for Ada",
    }),
  );
  server.addTool(
    protectTool(WRITE, {
      name: "double",
      parameters: z.object({ by: z.number() }),
      outputSchema: z.object({ twice: z.number() }),
      execute: async ({ by }) => ({ twice: by * 2 }),
    }),
  );
  server.addTool(
    protectTool(WRITE, {
      name: "endless",
      timeoutMs: 50,
      execute: (_, { signal }) =>
        new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve())),
    }),
  );
  server.addPrompt(
    protectPrompt(WRITE, {
      name: "greet",
      arguments: [{ name: "whom", required: true }],
      load: async ({ whom }, principal) => `${principal?.sub} greets ${whom}`,
    }),
  );
  server.addResource(
    protectResource(WRITE, {
      uri: "notes://mine",
      name: "mine",
      load: async (principal) => ({ text: `of ${principal?.sub}` }),
    }),
  );
  const { url } = await startForFile(server, "stateless");
  const call = async (message: Message, headers = writer) =>
    (await post(url, message, headers)).replies[0];

  test("canAccess", async () => {
    const ada = bearer(sts.mint({ sub: "ada", scope: "notes:write" }));
    expect(await call(callTool("for_ada"), ada)).toMatchObject({
      result: { content: [{ text: "for Ada" }] },
    });
    expect(await call(callTool("for_ada"))).toMatchObject({
      error: { message: expect.stringContaining("Unknown tool") },
    });
    const names = (await call(listTools))?.result?.tools?.map(({ name }) => name);
    expect(names).toEqual(["double", "endless"]);
  });

  test("parameters and outputSchema", async () => {
    expect(await call(callTool("double", { by: 4 }))).toMatchObject({
      result: { structuredContent: { twice: 8 } },
    });
    expect(await call(callTool("double", { by: "4" }))).toMatchObject({
      error: { message: expect.stringContaining("parameter validation failed") },
    });
  });

  test("timeoutMs", async () => {
    expect(await call(callTool("endless"))).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining("timed out") }] },
    });
  });

  test("arguments of a prompt, and who is given to load", async () => {
    const greet = { ...getPrompt("greet"), params: { name: "greet", arguments: { whom: "Bob" } } };
    expect(await call(greet)).toMatchObject({
      result: { messages: [{ content: { text: "user_dev greets Bob" } }] },
    });
    expect(await call(readResource("notes://mine"))).toMatchObject({
      result: { contents: [{ text: "of user_dev" }] },
    });
  });
});

test("on a server that is not protected, what is protected never runs", async () => {
  const ran: string[] = [];
  const server = new FastMCP<Principal>({ ...serverOptions, logger: silentLogger });
  server.addTool(protectTool({}, tool("protected", ran)));
  server.addTool(tool("plain"));
  server.addResource(
    protectResource(
      {},
      { uri: "a://a", name: "a", load: async () => ({ text: `${ran.push("a")}` }) },
    ),
  );
  const { url } = await startForTest(server);
  const [called] = (await post(url, callTool("protected"), writer)).replies;
  expect(called).toMatchObject({ result: { isError: true } });
  expect(JSON.parse(called?.result?.content?.[0]?.text ?? "")).toMatchObject({
    error: "missing_token",
  });
  const [read] = (await post(url, readResource("a://a"), writer)).replies;
  expect(read?.error?.message).toContain('"error":"missing_token"');
  expect(ran).toEqual([]);
  expect((await post(url, callTool("plain"))).replies.map(textOf)).toEqual(["plain"]);
});

test("what is protected twice needs both, and is refused before it is dispatched", async () => {
  const server = protectedServer();
  const ran: string[] = [];
  const read = { requiredScopes: ["notes:read"] };
  server.addTool(protectTool(WRITE, protectTool(read, tool("twice", ran))));
  const { url } = await startForTest(server);
  const statusOf = async (scope: string) =>
    (await post(url, callTool("twice"), bearer(sts.mint({ scope })))).status;
  expect(await statusOf("notes:write")).toBe(403);
  expect(await statusOf("notes:read")).toBe(403);
  expect(ran).toEqual([]);
  expect(await statusOf("notes:read notes:write")).toBe(200);
  expect(ran).toEqual(["twice"]);
});

test.each([undefined, null, {}, { name: "x" }])("a definition of %j is refused", (definition) => {
  const nothing = definition as never;
  expect(() => protectTool({}, nothing)).toThrow(ConfigurationError);
  expect(() => protectResource({}, nothing)).toThrow(ConfigurationError);
  expect(() => protectPrompt({}, nothing)).toThrow(ConfigurationError);
});
