import {
  createMandateVerifier,
  type MandateVerifierOptions,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from "@caracalai/transport-mcp";
import { principalFrom, requireMandate } from "@caracalai/transport-mcp/mcp-sdk";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import express, { type Express } from "express";

function createNotes(): McpServer {
  const notes = new McpServer({ name: "notes", version: "0.1.0" });
  notes.registerTool("whoami", {}, ({ authInfo }) => say(principalFrom(authInfo).sub));
  notes.registerTool("delete_notes", {}, ({ authInfo }) =>
    say(`Deleted for ${principalFrom(authInfo).sub}`),
  );
  return notes;
}

/** Every request to `/mcp` needs a mandate, and `delete_notes` a scope as well. */
export function createNotesApp(options: MandateVerifierOptions): Express {
  const verifier = createMandateVerifier(options);
  const resourceMetadataUrl = protectedResourceMetadataUrl(verifier.audience);
  const metadata = protectedResourceMetadata({
    resource: verifier.audience,
    authorizationServers: [verifier.issuer],
  });
  const tools = { delete_notes: { requiredScopes: ["notes:delete"] } };

  const app = express();
  app.get(new URL(resourceMetadataUrl).pathname, (_req, res) => void res.json(metadata));
  app.use("/mcp", express.json(), requireMandate({ verifier, resourceMetadataUrl, tools }));
  app.post("/mcp", async (req, res) => {
    const server = createNotes();
    const transport = new StreamableHTTPServerTransport();
    res.on("close", () => void server.close());
    await server.connect(transport);
    await transport.handleRequest(req, res, req.body);
  });
  app.all("/mcp", (_req, res) => void res.sendStatus(405));
  return app;
}

const say = (text: string) => ({ content: [{ type: "text" as const, text }] });
