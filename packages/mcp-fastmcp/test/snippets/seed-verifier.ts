import { extractBearer, verifyFastMcpToken } from "@caracalai/mcp-fastmcp";
import { createMandateVerifier } from "@caracalai/transport-mcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";

const verifier = createMandateVerifier({
  issuer: "https://sts.example.com",
  audience: "https://mcp.example.com",
  zoneId: "zone_prod",
  revocations: new InMemoryRevocationStore(),
});

const token = extractBearer(request.headers.get("authorization") ?? "");
if (!token) throw new Error("missing bearer token");

const context = await verifyFastMcpToken(token, verifier, {
  requiredScopes: ["mcp:tool:call"],
  requiredTargets: ["https://mcp.example.com"],
  requireAgent: true,
});

console.log(context.sub, context.zoneId, context.scope);
