// Without type annotations: Node runs it as it is. Nothing else in this process follows promises, and
// so the first request of all opens the first context of all.
import { currentPrincipal, protectServer } from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier } from "@caracalai/transport-mcp";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { FastMCP } from "fastmcp";

const verifier = createMandateVerifier({
  issuer: process.env.ISSUER ?? "",
  audience: "https://mcp.example.com",
  zoneId: "zone_dev",
  revocations: new InMemoryRevocationStore(),
});
const server = new FastMCP(protectServer({ name: "child", version: "1.0.0" }, { verifier }));
server.addTool({ name: "whoami", execute: async () => currentPrincipal().sub });

const port = Number(process.env.PORT);
const httpStream = { host: "127.0.0.1", port, stateless: true };
await server.start({ transportType: "httpStream", httpStream });
const answer = await fetch(`http://127.0.0.1:${port}/mcp`, {
  method: "POST",
  headers: {
    accept: "application/json, text/event-stream",
    "content-type": "application/json",
    authorization: `Bearer ${process.env.TOKEN}`,
  },
  body: JSON.stringify({
    jsonrpc: "2.0",
    id: 1,
    method: "tools/call",
    params: { name: "whoami" },
  }),
});
const first = await answer.text();

const [ours, theirs] = InMemoryTransport.createLinkedPair();
const client = new Client({ name: "child", version: "1.0.0" });
await Promise.all([server.connect(theirs), client.connect(ours)]);
const second = await client.callTool({ name: "whoami" });

const outside = () => {
  try {
    return currentPrincipal().sub;
  } catch {
    return "nobody";
  }
};
process.stdout.write(`\n${JSON.stringify({ first, second, outside: outside() })}`);
process.exit();
