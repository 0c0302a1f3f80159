import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { sampleServer } from "./support/sample-server.js";
import { type Mode, startForFile } from "./support/start-server.js";
import { stsOfFile, verifierFor } from "./support/sts.js";

const sts = await stsOfFile();

describe.each<Mode>(["stateless", "stateful"])("the official client, %s", async (mode) => {
  const { server, runs } = sampleServer(verifierFor(sts));
  const { url } = await startForFile(server, mode);

  async function connect(token: string): Promise<Client> {
    const client = new Client({ name: "test", version: "1.0.0" });
    onTestFinished(() => client.close());
    const headers = { authorization: `Bearer ${token}` };
    // The transport's type is not made for exactOptionalPropertyTypes.
    const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
    await client.connect(transport as Parameters<Client["connect"]>[0]);
    return client;
  }

  test("calls, reads and gets, and is refused as its mandate says", async () => {
    const client = await connect(sts.mint({ sub: "ada" }));
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(["open", "whoami", "near"]);
    const { content } = await client.callTool({ name: "whoami" });
    expect(content).toEqual([{ type: "text", text: "ada" }]);
    const { contents } = await client.readResource({ uri: "notes://open" });
    expect(contents).toMatchObject([{ text: "notes://open" }]);
    const { messages } = await client.getPrompt({ name: "open_prompt" });
    expect(messages).toMatchObject([{ content: { text: "open_prompt" } }]);

    const before = [...runs];
    for (const refused of [
      () => client.callTool({ name: "write" }),
      () => client.readResource({ uri: "notes://write" }),
      () => client.getPrompt({ name: "write_prompt" }),
    ]) {
      await expect(refused).rejects.toMatchObject({
        code: 403,
        message: expect.stringContaining("Missing scope: notes:write"),
      });
    }
    expect(runs).toEqual(before);
  });

  test("does not connect without a mandate that holds", async () => {
    await expect(connect(sts.mint({}, { signWith: "foreign" }))).rejects.toMatchObject({
      message: expect.stringContaining("invalid_token"),
    });
  });
});
