import {
  createMandateVerifier,
  type MandateVerifier,
  type MandateVerifierOptions,
  type Principal,
  protectedResourceMetadata,
  protectedResourceMetadataUrl,
} from "@caracalai/transport-mcp";
import { createMandateGate, principalFrom, scopeChallenge } from "@caracalai/transport-mcp/mcp-sdk";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";

/** One server for each request, and so for each caller: without a caller there is none. */
function createNotes(verifier: MandateVerifier, caller: Principal): McpServer {
  const notes = new McpServer({ name: "notes", version: "0.1.0" });
  notes.registerTool("whoami", {}, () => say(caller.sub));
  notes.registerTool(
    "delete_notes",
    { scopeChallenge: scopeChallenge(verifier, { requiredScopes: ["notes:delete"] }) },
    () => say(`Deleted for ${caller.sub}`),
  );
  return notes;
}

/** Every request needs a mandate, and `delete_notes` a scope as well. */
export function createNotesHandler(options: MandateVerifierOptions): {
  fetch(request: Request): Promise<Response>;
} {
  const verifier = createMandateVerifier(options);
  const resourceMetadataUrl = protectedResourceMetadataUrl(verifier.audience);
  const metadata = protectedResourceMetadata({
    resource: verifier.audience,
    authorizationServers: [verifier.issuer],
  });
  const gate = createMandateGate({ verifier, resourceMetadataUrl });
  const handler = createMcpHandler(({ authInfo }) =>
    createNotes(verifier, principalFrom(authInfo)),
  );

  return {
    async fetch(request) {
      const isMetadata = new URL(request.url).pathname === new URL(resourceMetadataUrl).pathname;
      if (isMetadata) return Response.json(metadata);
      const caller = await gate(request);
      return caller instanceof Response ? caller : handler.fetch(request, { authInfo: caller });
    },
  };
}

const say = (text: string) => ({ content: [{ type: "text" as const, text }] });
