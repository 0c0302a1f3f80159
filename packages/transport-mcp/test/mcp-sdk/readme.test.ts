import { principalFrom } from "@caracalai/transport-mcp/mcp-sdk";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import express from "express";
import { expect, test } from "vitest";
import { stsOfFile, verifierFor } from "../support/sts.js";
import { bearerAuthFor, protectApp, protectHandler } from "./snippets/protect.js";
import { listen } from "./support/listen.js";
import { callOf, post } from "./support/post.js";

const sts = await stsOfFile();
const verifier = verifierFor(sts);
const bearer = (scope = "") => ({ authorization: `Bearer ${sts.mint({ sub: "ada", scope })}` });
const say = (text: string) => ({ content: [{ type: "text" as const, text }] });

/** The MCP endpoint of a server of SDK v1, which tells its handlers who is calling. */
function mcpOfV1(): express.RequestHandler {
  return async (req, res) => {
    const server = new McpServerV1({ name: "test", version: "0" });
    for (const name of ["whoami", "delete_notes"]) {
      server.registerTool(name, {}, ({ authInfo }) => say(principalFrom(authInfo).sub));
    }
    const transport = new StreamableHTTPServerTransport();
    res.on("close", () => void server.close());
    // The transport's type is not made for exactOptionalPropertyTypes.
    await server.connect(transport as Parameters<McpServerV1["connect"]>[0]);
    await transport.handleRequest(req, res, req.body);
  };
}

test("the middleware of the README protects a server of SDK v1", async () => {
  const app = express();
  protectApp(app, verifier);
  app.post("/mcp", mcpOfV1());
  const url = await listen(app);
  expect((await post(url, callOf("whoami"))).status).toBe(401);
  expect((await post(url, callOf("delete_notes"), bearer())).status).toBe(403);
  for (const answer of [
    await post(url, callOf("whoami"), bearer()),
    await post(url, callOf("delete_notes"), bearer("notes:delete")),
  ]) {
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"text":"ada"') });
  }
});

test("the SDK's own middleware takes the verifier of the README", async () => {
  const app = express();
  app.post("/mcp", express.json(), bearerAuthFor(verifier), mcpOfV1());
  const url = await listen(app);
  expect((await post(url, callOf("whoami"))).status).toBe(401);
  const answer = await post(url, callOf("whoami"), bearer());
  expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"text":"ada"') });
});

test("the gate of the README protects a server of SDK v2", async () => {
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: "test", version: "0" });
    server.registerTool("whoami", {}, ({ http }) => say(principalFrom(http?.authInfo).sub));
    return server;
  });
  const serve = protectHandler(handler, verifier);
  const request = (headers: Record<string, string>) =>
    new Request("http://localhost/mcp", {
      method: "POST",
      headers: {
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify(callOf("whoami")),
    });
  expect((await serve(request({}))).status).toBe(401);
  const answer = await serve(request(bearer()));
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain('"text":"ada"');
  await handler.close();
});
