import { setTimeout as sleep } from "node:timers/promises";
import { type FastMCP, type FastMCPSessionAuth, UserError } from "fastmcp";
import { z } from "zod";
import { CLIENT_DEADLINE_MS, reachClient } from "./reach-client.js";

const STEP_MS = 50;

/** Tools of which it matters what they do while they run. */
export function addRunningTools<T extends FastMCPSessionAuth>(server: FastMCP<T>): void {
  server.addTool({
    name: "test_tool_with_logging",
    description: "Logs while it runs",
    execute: async (_args, { log, sessionId }) => {
      await reachClient(server, sessionId);
      log.info("Tool execution started");
      await sleep(STEP_MS);
      log.info("Tool processing data");
      await sleep(STEP_MS);
      log.info("Tool execution completed");
      return "Logged";
    },
  });

  server.addTool({
    name: "test_tool_with_progress",
    description: "Says how far it is while it runs",
    execute: async (_args, { reportProgress }) => {
      for (const progress of [0, 50, 100]) {
        await reportProgress({ progress, total: 100 });
        await sleep(STEP_MS);
      }
      return "Done";
    },
  });

  server.addTool({
    name: "test_error_handling",
    description: "Fails",
    execute: async () => {
      throw new UserError("This tool intentionally returns an error for testing");
    },
  });

  // FastMCP gives a tool no means to close its stream: it is answered on the stream of the call.
  server.addTool({
    name: "test_reconnection",
    description: "Would close its stream before it answers",
    execute: async () => "Reconnection test completed successfully",
  });

  server.addTool({
    name: "test_sampling",
    description: "Asks the client's model",
    parameters: z.object({ prompt: z.string() }),
    execute: async ({ prompt }, { sessionId }) => {
      const session = await reachClient(server, sessionId);
      if (session === undefined) throw new UserError("There is no session to ask a client in");
      const { content } = await session.requestSampling(
        { messages: [{ role: "user", content: { type: "text", text: prompt } }], maxTokens: 100 },
        { timeout: CLIENT_DEADLINE_MS },
      );
      return `LLM response: ${JSON.stringify(content)}`;
    },
  });
}
