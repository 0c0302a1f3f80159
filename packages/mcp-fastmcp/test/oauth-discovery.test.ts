import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { currentPrincipal, protectServer } from "@caracalai/mcp-fastmcp";
import { ClientCredentialsProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { FastMCP } from "fastmcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { initialize } from "./support/messages.js";
import { post } from "./support/post.js";
import { serverOptions } from "./support/sample-server.js";
import type { Mode } from "./support/start-server.js";
import { stsOfTest, verifierFor } from "./support/sts.js";

const SCOPE = "mcp:tool:call";
const SECRET = "hush_of_the_client";

/** A server that is known by its real address, and the STS that its metadata names. */
async function start(mode: Mode): Promise<{ readonly url: string; readonly issuer: string }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const application = { clientId: "app_client", clientSecret: SECRET };
  const sts = await stsOfTest({
    applications: [{ ...application, scopes: [SCOPE], resources: [url] }],
  });
  const verifier = verifierFor(sts, { audience: url, requiredScopes: [SCOPE] });
  const server = new FastMCP(protectServer(serverOptions, { verifier }));
  server.addTool({
    name: "whoami",
    execute: async () => {
      const { sub, subType, clientId, scope } = currentPrincipal();
      return JSON.stringify([sub, subType, clientId, scope]);
    },
  });
  const httpStream = { host: "127.0.0.1", port, stateless: mode === "stateless" };
  onTestFinished(() => server.stop());
  await server.start({ transportType: "httpStream", httpStream });
  return { url, issuer: sts.issuer };
}

/** The requests that arrive at servers of this process from now on, but for those for keys. */
function arrivals(): readonly string[] {
  const arrived: string[] = [];
  const note = (message: unknown): void => {
    const {
      method,
      headers,
      url = "",
    } = (message as { readonly request: IncomingMessage }).request;
    if (!url.includes("jwks.json")) arrived.push(`${method} http://${headers.host}${url}`);
  };
  subscribe("http.server.request.start", note);
  onTestFinished(() => void unsubscribe("http.server.request.start", note));
  return arrived;
}

async function connect(url: string, issuer: string, clientSecret = SECRET): Promise<Client> {
  const authProvider = new ClientCredentialsProvider({
    clientId: "app_client",
    clientSecret,
    expectedIssuer: issuer,
  });
  const client = new Client({ name: "test", version: "1.0.0" });
  onTestFinished(() => client.close());
  const transport = new StreamableHTTPClientTransport(new URL(url), { authProvider });
  // The transport's type is not made for exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  return client;
}

describe.each<Mode>(["stateless", "stateful"])("the official client, %s", (mode) => {
  test("is refused, finds the STS by the server's metadata, and calls with the mandate it gets", async () => {
    const { url, issuer } = await start(mode);
    const { origin } = new URL(url);
    const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
    // The client would try this address by itself, were it not told.
    const { headers } = await post(url, initialize);
    expect(headers["www-authenticate"]).toContain(`resource_metadata="${metadata}"`);

    const arrived = arrivals();
    const client = await connect(url, issuer);
    const { content } = await client.callTool({ name: "whoami" });
    const text = JSON.stringify(["app_client", "application", "app_client", SCOPE]);
    expect(content).toEqual([{ type: "text", text }]);

    expect(arrived.slice(0, 5)).toEqual([
      `POST ${url}`, // 401: a challenge that names the metadata
      `GET ${metadata}`,
      `GET ${issuer}/.well-known/oauth-authorization-server`,
      `POST ${issuer}/oauth/token`,
      `POST ${url}`,
    ]);
    expect(new Set(arrived.slice(5).map((line) => line.split(" ")[1]))).toEqual(new Set([url]));
  });

  test("stays outside where the STS does not know its secret", async () => {
    const { url, issuer } = await start(mode);
    await expect(connect(url, issuer, "another_secret")).rejects.toMatchObject({
      errorCode: "invalid_client",
    });
  });
});
