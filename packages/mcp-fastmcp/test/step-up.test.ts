import { currentPrincipal, protectServer, protectTool } from "@caracalai/mcp-fastmcp";
import {
  Client as NextClient,
  ClientCredentialsProvider as NextCredentials,
  StreamableHTTPClientTransport as NextTransport,
} from "@modelcontextprotocol/client";
import { extractWWWAuthenticateParams } from "@modelcontextprotocol/sdk/client/auth.js";
import { ClientCredentialsProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { FastMCP } from "fastmcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { serverOptions } from "./support/sample-server.js";
import type { Mode } from "./support/start-server.js";
import { stsOfTest, verifierFor } from "./support/sts.js";

const BASE = "mcp:tool:call";
const DELETE = "notes:delete";
const DENIED = `403 Bearer error="insufficient_scope", error_description="Missing scope: ${DELETE}", scope="${BASE} ${DELETE}"`;

interface Setting {
  readonly url: URL;
  /** For the client's provider: it asks for the base scope, and may have more. */
  readonly credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly expectedIssuer: string;
    readonly scope: string;
  };
  /** The scopes of the mandates that the tools ran with. */
  readonly runs: string[];
  /** What came back to the client: refusals, and scopes that the STS was asked for. */
  readonly seen: string[];
  readonly fetch: typeof fetch;
}

async function start(mode: Mode): Promise<Setting> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const application = { clientId: "app_client", clientSecret: "hush_of_the_client" };
  const sts = await stsOfTest({
    applications: [{ ...application, scopes: [BASE, DELETE], resources: [url] }],
  });
  const verifier = verifierFor(sts, { audience: url, requiredScopes: [BASE] });
  const server = new FastMCP(protectServer(serverOptions, { verifier }));
  const runs: string[] = [];
  const execute = async () => {
    runs.push(currentPrincipal().scope ?? "");
    return "done";
  };
  server.addTool({ name: "list_notes", execute });
  server.addTool(protectTool({ requiredScopes: [DELETE] }, { name: "delete_notes", execute }));
  const httpStream = { host: "127.0.0.1", port, stateless: mode === "stateless" };
  onTestFinished(() => server.stop());
  await server.start({ transportType: "httpStream", httpStream });

  const seen: string[] = [];
  return {
    url: new URL(url),
    credentials: { ...application, expectedIssuer: sts.issuer, scope: BASE },
    runs,
    seen,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (init?.body instanceof URLSearchParams) seen.push(`asks for ${init.body.get("scope")}`);
      const [challenge] = response.headers.get("www-authenticate")?.split(", resource_m") ?? [];
      if (challenge !== undefined) seen.push(`${response.status} ${challenge}`);
      return response;
    },
  };
}

async function connect(
  { url, fetch }: Setting,
  authProvider: ClientCredentialsProvider,
): Promise<Client> {
  const client = new Client({ name: "test", version: "1.0.0" });
  onTestFinished(() => client.close());
  const transport = new StreamableHTTPClientTransport(url, { authProvider, fetch });
  // The transport's type is not made for exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  return client;
}

describe.each<Mode>(["stateless", "stateful"])("step-up, %s", (mode) => {
  // SDK 1.32.2 goes through the whole step-up, but asks for `clientMetadata.scope` and not for the
  // scope of the challenge (client/auth.js, fetchToken): four lines of the client's owner pass it on.
  test("version 1 of the official client, where its provider is told the scope", async () => {
    const setting = await start(mode);
    const provider = new ClientCredentialsProvider(setting.credentials);
    const telling: typeof fetch = async (input, init) => {
      const response = await setting.fetch(input, init);
      const { error, scope } = extractWWWAuthenticateParams(response);
      if (error === "insufficient_scope" && scope) provider.clientMetadata.scope = scope;
      return response;
    };
    const client = await connect({ ...setting, fetch: telling }, provider);

    await client.callTool({ name: "list_notes" });
    const { content } = await client.callTool({ name: "delete_notes" });
    expect(content).toEqual([{ type: "text", text: "done" }]);
    await client.callTool({ name: "list_notes" });
    expect(setting.runs).toEqual([BASE, `${BASE} ${DELETE}`, `${BASE} ${DELETE}`]);
    expect(setting.seen).toEqual([
      `401 Bearer scope="${BASE}"`,
      `asks for ${BASE}`,
      DENIED,
      `asks for ${BASE} ${DELETE}`,
    ]);
  });

  // Fails once the SDK passes the scope on: then the four lines above can go.
  test("version 1 of the official client by itself gives up after one more token", async () => {
    const setting = await start(mode);
    const client = await connect(setting, new ClientCredentialsProvider(setting.credentials));
    await expect(client.callTool({ name: "delete_notes" })).rejects.toMatchObject({
      code: 403,
      message: expect.stringContaining("403 after trying upscoping"),
    });
    expect(setting.runs).toEqual([]);
    expect(setting.seen.slice(1)).toEqual([`asks for ${BASE}`, DENIED, `asks for ${BASE}`, DENIED]);
  });

  test("version 2 of the official client, by itself", async () => {
    const setting = await start(mode);
    const client = new NextClient({ name: "test", version: "1.0.0" });
    onTestFinished(() => client.close());
    const authProvider = new NextCredentials(setting.credentials);
    const { url, fetch } = setting;
    await client.connect(new NextTransport(url, { authProvider, fetch }));

    await client.callTool({ name: "list_notes" });
    const { content } = await client.callTool({ name: "delete_notes" });
    expect(content).toEqual([{ type: "text", text: "done" }]);
    expect(setting.runs).toEqual([BASE, `${BASE} ${DELETE}`]);
    expect(setting.seen).toEqual([
      `401 Bearer scope="${BASE}"`,
      `asks for ${BASE}`,
      DENIED,
      `asks for ${BASE} ${DELETE}`,
    ]);
  });
});
