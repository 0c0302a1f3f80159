import { currentPrincipal, protectServer, protectTool } from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";

const verifier = createMandateVerifier({
  issuer: "https://sts.example.com",
  audience: "https://mcp.example.com",
  zoneId: "zone_prod",
  revocations: new InMemoryRevocationStore(),
  requiredScopes: ["mcp:tool:call"],
});
const server = new FastMCP(protectServer({ name: "notes", version: "1.0.0" }, { verifier }));

server.addTool({ name: "whoami", execute: async () => currentPrincipal().sub });

server.addTool(
  protectTool(
    { requiredScopes: ["notes:delete"], requireAgent: true },
    { name: "delete_notes", execute: async () => "Deleted" },
  ),
);

await server.start({ transportType: "httpStream", httpStream: { port: 8080, stateless: true } });
