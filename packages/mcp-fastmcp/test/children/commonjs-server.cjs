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
  const startable = () => {
    const server = new FastMCP(protectServer({ name: "child", version: "1.0.0" }, { verifier }));
    const write = { name: "write", execute: async () => "WRITTEN" };
    const hidden = { name: "hidden", canAccess: () => false, execute: async () => "SHOWN" };
    server.addTools([protectTool({ requiredScopes: ["notes:write"] }, write), hidden]);
    server.addTool({ name: "whoami", execute: async (_, { session }) => session?.sub });
    server.addResource({
      uri: "notes://open",
      name: "open",
      load: async () => ({ text: "LOADED" }),
    });
    return server;
  };
  const server = startable();

  const [clientTransport, serverTransport] = InMemoryTransport.createLinkedPair();
  const client = new Client({ name: "child", version: "1.0.0" });
  await Promise.all([server.connect(serverTransport), client.connect(clientTransport)]);
  const inMemory = await client.readResource({ uri: "notes://open" }).then(
    () => "let in",
    () => "refused",
  );
  await client.close();
  console.error(`in memory: ${inMemory}`);

  const start = (started, port, stateless) =>
    started.start({
      transportType: "httpStream",
      httpStream: { host: "127.0.0.1", port: Number(port), stateless },
    });
  await start(startable(), process.env.STATEFUL_PORT, false);
  await start(server, process.env.PORT, true);
}

main();
