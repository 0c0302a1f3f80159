// Without type annotations: Node runs it as it is. Over HTTP where there is a PORT, else over stdio.
import {
  currentPrincipal,
  protectPrompt,
  protectResource,
  protectServer,
  protectTool,
} from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";

const verifier = createMandateVerifier({
  issuer: process.env.ISSUER ?? "",
  audience: "https://mcp.example.com",
  zoneId: "zone_dev",
  revocations: new InMemoryRevocationStore(),
});
const server = new FastMCP(protectServer({ name: "child", version: "1.0.0" }, { verifier }));

const run = async () => {
  console.error("RAN");
  return currentPrincipal().sub;
};
const load = async () => ({ text: await run() });
const route = { requiredScopes: ["notes:write"] };

server.addTool({ name: "open", execute: run });
server.addTool(protectTool(route, { name: "write", execute: run }));
server.addResource({ uri: "notes://open", name: "open", load });
server.addResource(protectResource(route, { uri: "notes://write", name: "write", load }));
server.addResourceTemplate({
  uriTemplate: "templates://{id}",
  name: "template",
  arguments: [{ name: "id", required: true }],
  load,
});
server.addPrompt({ name: "open", load: run });
server.addPrompt(protectPrompt(route, { name: "write", load: run }));

const port = Number(process.env.PORT ?? 0);
await server.start(
  port === 0
    ? { transportType: "stdio" }
    : { transportType: "httpStream", httpStream: { host: "127.0.0.1", port } },
);
