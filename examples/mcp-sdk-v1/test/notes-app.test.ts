import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createDevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createKeyCache } from "@caracalai/transport-mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { createNotesApp } from "../src/notes-app.js";

const AUDIENCE = "https://mcp.example.com/mcp";
const METADATA = "https://mcp.example.com/.well-known/oauth-protected-resource/mcp";

const revocations = new InMemoryRevocationStore();
// It goes away, and comes back on the same port.
const port = await freePort();
const sts = await createDevSts({ audience: AUDIENCE, port, revocations, announce: () => {} });
const url = await start();

/** The example on a free port, with keys that nobody else uses. */
async function start(): Promise<string> {
  const app = createNotesApp({
    issuer: sts.issuer,
    audience: AUDIENCE,
    zoneId: "zone_dev",
    revocations,
    keyCache: createKeyCache(),
  });
  const server = createServer(app).listen(0, "127.0.0.1");
  await once(server, "listening");
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}

afterAll(() => sts.close());

/** The official client, and the last refusal that it got. */
async function connect(to: string, token?: string) {
  const refused: { last?: Response } = {};
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(to), {
    requestInit: { headers },
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method === "POST" && !response.ok) refused.last = response.clone();
      return response;
    },
  });
  const client = new Client({ name: "test", version: "0" });
  onTestFinished(() => client.close());
  // The transport's type is not made for exactOptionalPropertyTypes.
  const connected = client.connect(transport as Parameters<Client["connect"]>[0]);
  return { client, connected, refusal: () => readRefusal(refused.last) };
}

async function readRefusal(response: Response | undefined) {
  if (response === undefined) throw new Error("Nothing was refused");
  const { error } = (await response.json()) as { readonly error: string };
  return {
    status: response.status,
    error,
    challenge: response.headers.get("www-authenticate"),
    retryAfter: response.headers.get("retry-after"),
  };
}

test("lists and calls tools for a mandate", async () => {
  const { client, connected } = await connect(url, sts.mint({ sub: "ada", scope: "notes:delete" }));
  await connected;
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(["whoami", "delete_notes"]);
  for (const [name, text] of [
    ["whoami", "ada"],
    ["delete_notes", "Deleted for ada"],
  ] as const) {
    const { content, isError } = await client.callTool({ name });
    expect({ content, isError }).toEqual({ content: [{ type: "text", text }], isError: undefined });
  }
});

test("401 without a mandate, and for one that is forged", async () => {
  const none = await connect(url);
  await expect(none.connected).rejects.toMatchObject({ code: 401 });
  expect(await none.refusal()).toEqual({
    status: 401,
    error: "missing_token",
    challenge: `Bearer resource_metadata="${METADATA}"`,
    retryAfter: null,
  });

  const forged = await connect(url, sts.mint({}, { signWith: "foreign" }));
  await expect(forged.connected).rejects.toMatchObject({ code: 401 });
  expect(await forged.refusal()).toMatchObject({ status: 401, error: "invalid_token" });
});

test("403 for the tool that needs a scope, and for no other", async () => {
  const { client, connected, refusal } = await connect(url, sts.mint({ scope: "notes:read" }));
  await connected;
  await client.callTool({ name: "whoami" });
  await expect(client.callTool({ name: "delete_notes" })).rejects.toMatchObject({ code: 403 });
  expect(await refusal()).toEqual({
    status: 403,
    error: "insufficient_scope",
    challenge: `Bearer error="insufficient_scope", error_description="Missing scope: notes:delete", scope="notes:delete", resource_metadata="${METADATA}"`,
    retryAfter: null,
  });
});

test("401 from the moment that the mandate is revoked", async () => {
  const { client, connected, refusal } = await connect(url, sts.mint({ sid: "session_1" }));
  await connected;
  await client.callTool({ name: "whoami" });
  await sts.revoke("session_1");
  await expect(client.callTool({ name: "whoami" })).rejects.toMatchObject({ code: 401 });
  expect(await refusal()).toMatchObject({ status: 401, error: "session_revoked" });
});

test("503 where the STS is gone at the first use", async () => {
  const cutOff = await start();
  await sts.pause();
  onTestFinished(() => sts.resume());
  const { connected, refusal } = await connect(cutOff, sts.mint());
  await expect(connected).rejects.toMatchObject({ code: 503 });
  expect(await refusal()).toEqual({
    status: 503,
    error: "verification_unavailable",
    challenge: null,
    retryAfter: "1",
  });
});

test("tells clients where mandates come from", async () => {
  const response = await fetch(new URL(new URL(METADATA).pathname, url));
  expect(await response.json()).toMatchObject({
    resource: AUDIENCE,
    authorization_servers: [sts.issuer],
  });
});
