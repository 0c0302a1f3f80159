import { randomUUID } from "node:crypto";
import { protectServer } from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import { FastMCP } from "fastmcp";
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type Fields, send } from "./support/http.js";
import { type LegacySession, openLegacySse } from "./support/legacy-sse.js";
import {
  callTool,
  getPrompt,
  initialize,
  listTools,
  type Message,
  readResource,
  textOf,
} from "./support/messages.js";
import { type Body, bearer, post } from "./support/post.js";
import { quietForFile } from "./support/quiet.js";
import { refusalIn } from "./support/refusal.js";
import { sampleServer, serverOptions } from "./support/sample-server.js";
import { type Mode, startForFile, startForTest } from "./support/start-server.js";
import { nowSeconds, stsOfFile, verifierFor } from "./support/sts.js";

// Hazard F4: FastMCP runs whatever is posted to a legacy session, whoever posts it.

quietForFile();
const revocations = new InMemoryRevocationStore();
const sts = await stsOfFile({ revocations });
const requiredScopes = ["mcp:tool:call"];
const verifier = verifierFor(sts, { revocations, requiredScopes });

const ada = { sub: "ada", client_id: "app_1" };
const adas = sts.mint(ada);
const strong = sts.mint({ ...ada, scope: "mcp:tool:call notes:write" });
const revoked = sts.mint({ ...ada, sid: "revoked", scope: "mcp:tool:call notes:write" });
await sts.revoke("revoked");

/** What shows nobody to be who opened the session. */
const strangers: readonly (readonly [string, Fields])[] = [
  ["nobody", {}],
  ["a forged mandate of hers", bearer(sts.mint(ada, { signWith: "foreign" }))],
  ["an expired one of hers", bearer(sts.mint({ ...ada, iat: 1, exp: 2 }))],
  ["a revoked one of hers", bearer(revoked)],
  ["one of hers without the scope that everything needs", bearer(sts.mint({ ...ada, scope: "a" }))],
  ["Bob", bearer(sts.mint({ ...ada, sub: "bob", scope: "mcp:tool:call notes:write" }))],
  ["her by another application", bearer(sts.mint({ ...ada, client_id: "app_2" }))],
  ["another scheme", { authorization: `Basic ${adas}` }],
  ["two mandates of hers", { authorization: [`Bearer ${strong}`, `Bearer ${strong}`] }],
  ["hers, and Bob's", { authorization: [`Bearer ${strong}`, `Bearer ${sts.mint()}`] }],
  ["a mandate in another header", { "x-authorization": `Bearer ${strong}` }],
];

describe.each<Mode>(["stateless", "stateful"])("%s", async (mode) => {
  const { server, runs } = sampleServer(verifier, {}, { legacySse: true });
  const { origin } = await startForFile(server, mode);
  const session = await openLegacySse(origin, adas);
  afterAll(() => session.stream.close());
  let id = 100;
  beforeEach(() => {
    runs.length = 0;
  });

  async function ask(message: Message, token: string, to: LegacySession = session) {
    id += 1;
    expect((await post(to.url, { ...message, id }, bearer(token))).status).toBe(202);
    return to.replyTo(id);
  }

  test.each(strangers.slice(0, 5))("the stream is not for %s", async (_name, headers) => {
    const answer = await send(`${origin}/sse`, { headers });
    expect([401, 403]).toContain(answer.status);
    expect(answer.headers["www-authenticate"]).toContain("Bearer ");
    expect(answer.text).not.toContain("endpoint");
  });

  describe.each(strangers)("%s", (_name, headers) => {
    const { id: _, ...notification } = callTool("open");
    test.each<readonly [string, Body]>([
      ["calls", callTool("open", {}, 1)],
      ["lists", { ...listTools, id: 2 }],
      ["reads", readResource("notes://open", 3)],
      ["gets", getPrompt("open_prompt", 4)],
      ["begins anew", { ...initialize, id: 5 }],
      ["notifies", notification],
      ["answers in the client's name", '{"jsonrpc":"2.0","id":0,"result":{"roots":[]}}'],
    ])("%s, and neither runs anything nor has anything said to her", async (_verb, body) => {
      const before = session.stream.text();
      for (const path of ["", "&sessionId=2", "&a=b#c"]) {
        const { status, text } = await post(`${session.url}${path}`, body, headers);
        expect([status, text]).toEqual([202, "Accepted"]);
      }
      // What comes after is served after what came before.
      const reply = await ask(callTool("whoami"), adas);
      expect(textOf(reply)).toBe("ada");
      const after = session.stream.text().slice(before.length);
      expect(after.match(/^data: /gm)).toHaveLength(1);
      expect(runs).toEqual([]);
    });
  });

  test("two headers are seen on every path that FastMCP takes for its own", async () => {
    const before = session.stream.text();
    const headers = { authorization: [`Bearer ${strong}`, `Bearer ${strong}`] };
    for (const path of ["/messages/", "/messages/a", "/messagesX"]) {
      const url = session.url.replace("/messages", path);
      await post(url, callTool("write"), headers);
    }
    await ask(callTool("whoami"), adas);
    expect(runs).toEqual([]);
    expect(
      session.stream
        .text()
        .slice(before.length)
        .match(/^data: /gm),
    ).toHaveLength(1);
  });

  test("each message is judged by its own mandate, whichever opened the session", async () => {
    expect(textOf(await ask(callTool("write"), strong))).toBe("write");
    expect(textOf(await ask(readResource("notes://write"), strong))).toBe("notes://write");
    expect(textOf(await ask(getPrompt("write_prompt"), strong))).toBe("write_prompt");
    runs.length = 0;
    const refused = {
      error: "insufficient_scope",
      error_description: "Missing scope: notes:write",
    };
    const { result } = await ask(callTool("write"), adas);
    expect(result).toMatchObject({ isError: true });
    expect(result).not.toHaveProperty("structuredContent");
    expect(refusalIn(result?.content?.[0]?.text ?? "")).toEqual(refused);
    for (const message of [readResource("notes://write"), getPrompt("write_prompt")]) {
      const { error } = await ask(message, adas);
      expect(error?.code).toBe(-32_003);
      expect(refusalIn(error?.message ?? "")).toEqual(refused);
    }
    expect(runs).toEqual([]);
  });

  test("lists show what the mandate of the request may use", async () => {
    const namesFor = async (token: string) =>
      (await ask(listTools, token)).result?.tools?.map(({ name }) => name);
    expect(await namesFor(adas)).toEqual(["open", "whoami", "near"]);
    expect(await namesFor(strong)).toEqual(["open", "whoami", "write", "near"]);
  });

  test("a batch, or what is no message, runs nothing", async () => {
    for (const body of [JSON.stringify([callTool("open")]), "{}", "null", "{", ""]) {
      expect((await post(session.url, body, bearer(adas))).status).toBe(400);
    }
    expect(runs).toEqual([]);
  });

  test("a session that there is none of runs nothing", async () => {
    for (const url of [`${origin}/messages`, `${origin}/messages?sessionId=${randomUUID()}`]) {
      expect((await post(url, callTool("open"), bearer(adas))).status).toBe(400);
    }
    expect(runs).toEqual([]);
  });

  test("the stream ends when its mandate is revoked, and nothing is served on it", async () => {
    const sid = randomUUID();
    const token = sts.mint({ ...ada, sid });
    const own = await openLegacySse(origin, token);
    expect(textOf(await ask(callTool("whoami"), token, own))).toBe("ada");
    await sts.revoke(sid);
    await own.stream.ended;
    const answer = await post(own.url, callTool("open"), bearer(adas));
    expect(answer.status).toBe(400);
    expect(session.stream.isOpen()).toBe(true);
  });

  test("the stream ends when its mandate expires", async () => {
    const exp = nowSeconds() + 2;
    const own = await openLegacySse(origin, sts.mint({ ...ada, exp }));
    await own.stream.ended;
    expect(nowSeconds()).toBeGreaterThanOrEqual(exp);
    expect(session.stream.isOpen()).toBe(true);
  });
});

test("nobody else answers what the server asks of the client", async () => {
  const server = new FastMCP(protectServer(serverOptions, { verifier, legacySse: true }));
  server.addTool({
    name: "ask",
    execute: async (_, { elicit }) => {
      const requestedSchema = { type: "object" as const, properties: {} };
      const { action } = await elicit({ message: "Really?", requestedSchema });
      return `told: ${action}`;
    },
  });
  const { origin } = await startForTest(server);
  const session = await openLegacySse(origin, adas);
  onTestFinished(() => session.stream.close());
  const withElicitation = {
    ...initialize,
    params: { ...initialize.params, capabilities: { elicitation: {} } },
  };
  await post(session.url, withElicitation, bearer(adas));
  await session.replyTo(1);
  await post(session.url, callTool("ask", {}, 2), bearer(adas));
  const asked = await vi.waitUntil(() =>
    session.replies().find((message) => JSON.stringify(message).includes("Really?")),
  );
  const answer = (action: string) => ({ jsonrpc: "2.0", id: asked.id, result: { action } });
  for (const [, headers] of strangers) {
    await post(session.url, JSON.stringify(answer("accept")), headers);
  }
  await post(session.url, JSON.stringify(answer("decline")), bearer(adas));
  expect(textOf(await session.replyTo(2))).toBe("told: decline");
});

test("the official client's transport works, and is refused as its mandate says", async () => {
  const { server } = sampleServer(verifier, {}, { legacySse: true });
  const { origin } = await startForTest(server, "stateful");
  const connect = async (token: string) => {
    const client = new Client({ name: "test", version: "1.0.0" });
    onTestFinished(() => client.close());
    const headers = { authorization: `Bearer ${token}` };
    const transport = new SSEClientTransport(new URL("/sse", origin), {
      eventSourceInit: {
        fetch: (url, init) => fetch(url, { ...init, headers: { ...init?.headers, ...headers } }),
      },
      requestInit: { headers },
    });
    await client.connect(transport);
    return client;
  };
  const client = await connect(adas);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["open", "whoami", "near"]);
  const { content } = await client.callTool({ name: "whoami" });
  expect(content).toEqual([{ type: "text", text: "ada" }]);
  expect(await client.callTool({ name: "write" })).toMatchObject({ isError: true });
  await expect(client.readResource({ uri: "notes://write" })).rejects.toThrow("insufficient_scope");
  await expect(connect(sts.mint(ada, { signWith: "foreign" }))).rejects.toThrow("401");
});
