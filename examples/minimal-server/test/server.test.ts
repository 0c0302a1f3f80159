import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, expect, test } from "vitest";
import { cleanUp } from "../../notes-server/test/support/clean-up.js";
import { callOf, initialize, post } from "../../notes-server/test/support/post.js";
import { AUDIENCE, startSts } from "../../notes-server/test/support/start-sts.js";
import { runServer, startExample } from "./support/start-example.js";

const sts = await startSts();
const caracal = {
  issuer: sts.issuer,
  audience: AUDIENCE,
  zoneId: "zone_dev",
  requiredScopes: ["greet"],
};
const url = await startExample("server", caracal);

/** The official client, connected with a mandate or without one. */
async function connect(to: string, token?: string): Promise<Client> {
  const client = new Client({ name: "test", version: "0" });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(to), { requestInit: { headers } });
  cleanUp(() => client.close());
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  return client;
}

const greeting = { content: [{ type: "text", text: "Hello, Ada!" }] };

describe("the protected server", () => {
  test("serves a good mandate", async () => {
    const client = await connect(url, sts.mint({ scope: "greet" }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toStrictEqual(["greet"]);
    const result = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
    expect(result).toStrictEqual(greeting);
  });

  test.each<[status: number, mandate: string, token: () => string | undefined]>([
    [401, "no", () => undefined],
    [401, "an expired", () => sts.mint({ scope: "greet", iat: 1, exp: 2 })],
    [401, "another server's", () => sts.mint({ scope: "greet", aud: ["https://other.example"] })],
    [403, "too weak a", () => sts.mint({ scope: "other" })],
  ])("answers %i to %s mandate", async (status, _mandate, token) => {
    await expect(connect(url, token())).rejects.toMatchObject({ code: status });
    expect(await post(url, initialize, token())).toMatchObject({ status });
    expect(await post(url, callOf("greet"), token())).toMatchObject({ status });
  });

  test("answers 503 where the STS can't be reached for its keys", async () => {
    const away = await startSts();
    const token = away.mint({ scope: "greet" });
    const cutOff = await startExample("server", { ...caracal, issuer: away.issuer });
    await away.pause();
    await expect(connect(cutOff, token)).rejects.toMatchObject({ code: 503 });
  });

  test("has no sessions", async () => {
    const { headers } = await post(url, initialize, sts.mint({ scope: "greet" }));
    expect(headers.get("mcp-session-id")).toBeNull();
  });

  test.each<[what: string, caracal: object | undefined, names: string]>([
    ["nothing", undefined, "issuer"],
    ["no audience", { ...caracal, audience: undefined }, "audience"],
    ["a misspelt name", { ...caracal, requiredScope: ["greet"] }, "requiredScope"],
  ])("does not start with %s", async (_what, wrong, names) => {
    const { code, stderr } = await runServer(wrong);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`ConfigurationError: .*\\b${names}\\b`));
  });
});

test("the unprotected server serves anyone", async () => {
  const client = await connect(await startExample("unprotected"));
  const result = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
  expect(result).toStrictEqual(greeting);
});
