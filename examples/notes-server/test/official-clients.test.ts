import { agentMandate } from "@caracalai/dev-sts";
import {
  Client as NextClient,
  ClientCredentialsProvider as NextCredentials,
  StreamableHTTPClientTransport as NextTransport,
} from "@modelcontextprotocol/client";
import { extractWWWAuthenticateParams } from "@modelcontextprotocol/sdk/client/auth.js";
import { ClientCredentialsProvider } from "@modelcontextprotocol/sdk/client/auth-extensions.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, expect, test } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { cleanUp } from "./support/clean-up.js";
import { type Mode, modes } from "./support/modes.js";
import { callOf, post } from "./support/post.js";
import { environmentOf, startServer } from "./support/start-server.js";
import { startSts } from "./support/start-sts.js";

// What the official clients do of their own: from a 401 to a mandate, and from a 403 to a better one.

const BASE = "mcp:tool:call";
const READ = "notes:read";
const NOTES = [{ type: "text", text: "1: Water the plants\n2: Call the bank" }];
const DENIED = `403 Bearer error="insufficient_scope", error_description="Missing scope: ${READ}", scope="${BASE} ${READ}"`;

/** A server that is known by its real address, and the STS that its metadata names. */
interface Served {
  readonly url: URL;
  readonly issuer: string;
  /** For the client's provider: it asks for the base scope, and may have more. */
  readonly credentials: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly expectedIssuer: string;
    readonly scope: string;
  };
}

/** What one client says and hears. */
interface Setting extends Served {
  /** Every request but those to the endpoint itself. */
  readonly asked: string[];
  /** Refusals, and the scopes that the STS was asked for. */
  readonly seen: string[];
  readonly fetch: typeof fetch;
}

async function start({ environment, mode }: Mode): Promise<Served & Pick<Mode, "mode">> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/mcp`;
  const application = { clientId: "app_client", clientSecret: "hush_of_the_client" };
  const sts = await startSts({
    audience: url,
    applications: [{ ...application, scopes: [BASE, READ], resources: [url] }],
  });
  const { url: listening } = await startServer({
    ...environmentOf(sts),
    ...environment,
    CARACAL_AUDIENCE: url,
    PORT: String(port),
  });
  expect(listening).toBe(url);
  const credentials = { ...application, expectedIssuer: sts.issuer, scope: BASE };
  return { mode, url: new URL(url), issuer: sts.issuer, credentials };
}

function listen(served: Served): Setting {
  const seen: string[] = [];
  const asked: string[] = [];
  return {
    ...served,
    seen,
    asked,
    fetch: async (input, init) => {
      const address = String(input instanceof Request ? input.url : input);
      if (address !== served.url.href) asked.push(`${init?.method ?? "GET"} ${address}`);
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
  cleanUp(() => client.close());
  const transport = new StreamableHTTPClientTransport(url, { authProvider, fetch });
  // The transport's type is not made for exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  return client;
}

const servers = await Promise.all(modes.map(start));

describe.concurrent.each(servers)("$mode", (served) => {
  test("version 1 finds the STS by the server's metadata, and calls with the mandate it gets", async ({
    expect,
  }) => {
    const setting = listen(served);
    const { url, issuer, credentials } = setting;
    const client = await connect(setting, new ClientCredentialsProvider(credentials));
    const { content } = await client.callTool({ name: "whoami" });
    const caller = { sub: "app_client", clientId: "app_client", scope: BASE };
    const [text] = content as [{ readonly text: string }];
    expect(JSON.parse(text.text)).toMatchObject(caller);
    expect(setting.asked).toStrictEqual([
      `GET ${url.origin}/.well-known/oauth-protected-resource/mcp`,
      `GET ${issuer}/.well-known/oauth-authorization-server`,
      `POST ${issuer}/oauth/token`,
    ]);
  });

  test("version 1 stays outside where the STS does not know its secret", async ({ expect }) => {
    const setting = listen(served);
    const credentials = { ...setting.credentials, clientSecret: "another_secret" };
    await expect(
      connect(setting, new ClientCredentialsProvider(credentials)),
    ).rejects.toMatchObject({ errorCode: "invalid_client" });
  });

  // SDK 1.32.2 goes through the whole step-up, but asks for `clientMetadata.scope` and not for the
  // scope of the challenge: see packages/mcp-fastmcp/test/step-up.test.ts.
  test("version 1 steps up, where its provider is told the scope", async ({ expect }) => {
    const setting = listen(served);
    const provider = new ClientCredentialsProvider(setting.credentials);
    const telling: typeof fetch = async (input, init) => {
      const response = await setting.fetch(input, init);
      const { error, scope } = extractWWWAuthenticateParams(response);
      if (error === "insufficient_scope" && scope) provider.clientMetadata.scope = scope;
      return response;
    };
    const client = await connect({ ...setting, fetch: telling }, provider);
    await client.callTool({ name: "whoami" });
    const { content } = await client.callTool({ name: "read_notes" });
    expect(content).toStrictEqual(NOTES);
    expect(setting.seen).toStrictEqual([
      `401 Bearer scope="${BASE}"`,
      `asks for ${BASE}`,
      DENIED,
      `asks for ${BASE} ${READ}`,
    ]);
  });

  test("version 2 steps up by itself", async ({ expect }) => {
    const setting = listen(served);
    const { url, fetch } = setting;
    const client = new NextClient({ name: "test", version: "1.0.0" });
    cleanUp(() => client.close());
    const authProvider = new NextCredentials(setting.credentials);
    await client.connect(new NextTransport(url, { authProvider, fetch }));
    await client.callTool({ name: "whoami" });
    const { content } = await client.callTool({ name: "read_notes" });
    expect(content).toStrictEqual(NOTES);
    expect(setting.seen).toStrictEqual([
      `401 Bearer scope="${BASE}"`,
      `asks for ${BASE}`,
      DENIED,
      `asks for ${BASE} ${READ}`,
    ]);
  });
});

test("what no scope can help against is told as such", async () => {
  const sts = await startSts();
  const { url } = await startServer(environmentOf(sts));
  const token = sts.mint(agentMandate({ scope: `${BASE} payments:write` }));
  const { status, headers, body } = await post(url, callOf("pay"), token);
  expect([status, body]).toMatchObject([403, { error: "delegation_required" }]);
  expect(headers.get("www-authenticate")).not.toContain("scope=");
});
