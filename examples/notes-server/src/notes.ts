import { setTimeout as sleep } from "node:timers/promises";
import {
  currentPrincipal,
  protectPrompt,
  protectResource,
  protectTool,
} from "@caracalai/mcp-fastmcp";
import type { Principal } from "@caracalai/transport-mcp";
import type { FastMCP } from "fastmcp";
import { z } from "zod";

const PROGRESS_EVERY_MS = 250;

/** Adds the tools, the resource and the prompt. Each says what it needs beside the server's own. */
export function addNotes(server: FastMCP<Principal>): void {
  const notes = new Map([
    ["1", "Water the plants"],
    ["2", "Call the bank"],
  ]);
  const asText = () => [...notes].map(([id, text]) => `${id}: ${text}`).join("\n");

  server.addTool({
    name: "whoami",
    description: "Who is calling, as the mandate says.",
    execute: async () => {
      const { sub, zoneId, clientId, agentSessionId, scope } = currentPrincipal();
      return JSON.stringify({ sub, zoneId, clientId, agentSessionId, scope });
    },
  });

  server.addTool(
    protectTool(
      { requiredScopes: ["notes:read"] },
      {
        name: "read_notes",
        description: "All notes.",
        execute: async () => asText(),
      },
    ),
  );

  server.addTool(
    protectTool(
      { requiredScopes: ["notes:delete"], requireAgent: true },
      {
        name: "delete_notes",
        description: "Deletes a note, or all of them. For agents.",
        parameters: z.object({ id: z.string().optional() }),
        execute: async ({ id }) => {
          const ids = id === undefined ? [...notes.keys()] : [id];
          return `Deleted: ${ids.filter((each) => notes.delete(each)).length}`;
        },
      },
    ),
  );

  server.addTool(
    protectTool(
      { requiredScopes: ["payments:write"], requireDelegation: true, maxHopCount: 2 },
      {
        name: "pay",
        description: "Pays, by delegated authority of at most 2 hops.",
        parameters: z.object({ amount: z.number().positive().optional() }),
        execute: async ({ amount }) => `Paid ${amount ?? 0} for ${currentPrincipal().sub}`,
      },
    ),
  );

  server.addTool({
    name: "slow",
    description: "Takes its time, and says how far it is.",
    parameters: z.object({ seconds: z.number().min(0).max(600) }),
    execute: async ({ seconds }, { reportProgress, signal }) => {
      const total = Math.ceil((seconds * 1_000) / PROGRESS_EVERY_MS);
      for (let progress = 1; progress <= total; progress += 1) {
        await sleep(PROGRESS_EVERY_MS, undefined, { signal });
        await reportProgress({ progress, total });
      }
      return `Done after ${seconds} s`;
    },
  });

  server.addResource(
    protectResource(
      { requiredScopes: ["notes:read"] },
      {
        uri: "notes://all",
        name: "All notes",
        mimeType: "text/plain",
        load: async () => ({ text: asText() }),
      },
    ),
  );

  server.addPrompt(
    protectPrompt(
      { requiredScopes: ["notes:read"] },
      {
        name: "summarise",
        description: "Asks for a summary of all notes.",
        load: async () => `Summarise these notes:\n${asText()}`,
      },
    ),
  );
}
