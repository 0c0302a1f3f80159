import { FastMCP } from "fastmcp";
import { z } from "zod";
import { freePort } from "../../packages/revocation-redis/test/support/free-port.js";

const TEXT = "1: Water the plants\n2: Call the bank";

/**
 * The notes server without protection: as many tools, resources and prompts, of the same names and
 * parameters, as each of them costs FastMCP something with every session.
 */
export async function startUnprotectedServer(
  stateless: boolean,
): Promise<{ readonly url: string }> {
  const server = new FastMCP({ name: "notes", version: "0.1.0" });
  const execute = async () => TEXT;
  const tool = { description: "Of the notes server.", execute };
  server.addTool({ ...tool, name: "whoami" });
  server.addTool({ ...tool, name: "read_notes" });
  const id = z.object({ id: z.string().optional() });
  server.addTool({ ...tool, name: "delete_notes", parameters: id });
  const amount = z.object({ amount: z.number().positive().optional() });
  server.addTool({ ...tool, name: "pay", parameters: amount });
  const seconds = z.object({ seconds: z.number().min(0).max(600) });
  server.addTool({ ...tool, name: "slow", parameters: seconds });
  server.addResource({
    uri: "notes://all",
    name: "All notes",
    mimeType: "text/plain",
    load: async () => ({ text: TEXT }),
  });
  server.addPrompt({ name: "summarise", description: "Of the notes server.", load: execute });

  const port = await freePort();
  await server.start({
    transportType: "httpStream",
    httpStream: { host: "127.0.0.1", port, endpoint: "/mcp", stateless },
  });
  return { url: `http://127.0.0.1:${port}/mcp` };
}
