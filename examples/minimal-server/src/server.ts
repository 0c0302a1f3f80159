import { createMandateVerifier, protectServer } from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { FastMCP } from "fastmcp";
import { z } from "zod";

const caracal = JSON.parse(process.env.CARACAL ?? "{}");
const verifier = createMandateVerifier({ ...caracal, revocations: new InMemoryRevocationStore() });
const server = new FastMCP(protectServer({ name: "minimal", version: "1.0.0" }, { verifier }));

server.addTool({
  name: "greet",
  description: "Says hello.",
  parameters: z.object({ name: z.string() }),
  execute: async ({ name }) => `Hello, ${name}!`,
});

await server.start({
  transportType: "httpStream",
  httpStream: { port: Number(process.env.PORT ?? 8080), stateless: true },
});
