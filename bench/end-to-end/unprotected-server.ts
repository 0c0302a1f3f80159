import { FastMCP } from "fastmcp";
import { freePort } from "../../packages/revocation-redis/test/support/free-port.js";

/** The tool that is called, and nothing around it. */
export async function startUnprotectedServer(
  stateless: boolean,
): Promise<{ readonly url: string }> {
  const server = new FastMCP({ name: "notes", version: "0.1.0" });
  server.addTool({
    name: "read_notes",
    description: "All notes.",
    execute: async () => "1: Water the plants\n2: Call the bank",
  });
  const port = await freePort();
  await server.start({
    transportType: "httpStream",
    httpStream: { host: "127.0.0.1", port, endpoint: "/mcp", stateless },
  });
  return { url: `http://127.0.0.1:${port}/mcp` };
}
