import { AsyncLocalStorage } from "node:async_hooks";
import { FastMCP } from "fastmcp";
import { z } from "zod";
import { freePort } from "../../tools/test-support/free-port.js";

const NOTES: ReadonlyMap<string, string> = new Map([
  ["1", "Water the plants"],
  ["2", "Call the bank"],
]);

const asText = () => [...NOTES].map(([id, text]) => `${id}: ${text}`).join("\n");

/**
 * The notes server without protection: as many tools, resources and prompts, of the same names and
 * parameters, as each of them costs FastMCP something with every session.
 *
 * @param asksForCallers - whether it has a function that lets anyone in, and follows callers from there
 *   to the tools: the least that protection of any kind is made of
 */
export async function startUnprotectedServer(
  stateless: boolean,
  asksForCallers: boolean,
): Promise<{ readonly url: string }> {
  const server = new FastMCP({
    name: "notes",
    version: "0.1.0",
    ...(asksForCallers && { authenticate: letAnyoneIn() }),
  });
  const execute = async () => asText();
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
    load: async () => ({ text: asText() }),
  });
  server.addPrompt({ name: "summarise", description: "Of the notes server.", load: execute });

  const port = await freePort();
  await server.start({
    transportType: "httpStream",
    httpStream: { host: "127.0.0.1", port, endpoint: "/mcp", stateless },
  });
  return { url: `http://127.0.0.1:${port}/mcp` };
}

function letAnyoneIn(): () => Promise<Record<string, unknown>> {
  const callers = new AsyncLocalStorage<object | undefined>();
  callers.enterWith(undefined);
  return async () => {
    const caller = { sub: "anyone" };
    callers.enterWith(caller);
    return caller;
  };
}
