// A program that requires FastMCP, and so gets the other copy of its class.
const { FastMCP } = require("fastmcp");
const { InMemoryTransport } = require("@modelcontextprotocol/sdk/inMemory.js");
const { Client } = require("@modelcontextprotocol/sdk/client/index.js");

async function main() {
  const { protectServer, protectTool } = await import("@caracalai/mcp-fastmcp");
  const { InMemoryRevocationStore } = await import("@caracalai/revocation");
  const { createMandateVerifier } = await import("@caracalai/transport-mcp");

  const verifier = createMandateVerifier({
    issuer: process.env.ISSUER,
    audience: "https://mcp.example.com",
    zoneId: "zone_dev",
    revocations: new InMemoryRevocationStore(),
  });
  const server = new FastMCP(protectServer({ name: "child", version: "1.0.0" }, { verifier }));
  const write = { name: "write", execute: async () => "WRITTEN" };
  server.addTool(protectTool({ requiredScopes: ["notes:write"] }, write));
  server.addResource({ uri: "notes://open", name: "open", load: async () => ({ text: "LOADED" }) });

  const [clientTransport, serverTransport] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "child", version: "1.0.0" });
  await Promise.all([server.connect(serverTransport), client.connect(clientTransport)]);
  const inMemory = await client.readResource({ uri: "notes://open" }).then(
    () => "let in",
    () => "refused",
  );
  await client.close();
  console.error(`in memory: ${inMemory}`);

  await server.start({
    transportType: "httpStream",
    httpStream: { host: "127.0.0.1", port: Number(process.env.PORT), stateless: true },
  });
}

main();
