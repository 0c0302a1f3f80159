import { FastMCP } from "fastmcp";
import { z } from "zod";

const server = new FastMCP({ name: "minimal", version: "1.0.0" });

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
