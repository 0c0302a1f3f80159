import type { MandateVerifier } from "@caracalai/transport-mcp";
import {
  createMandateGate,
  createTokenVerifier,
  requireMandate,
} from "@caracalai/transport-mcp/mcp-sdk";
import * as errors from "@modelcontextprotocol/sdk/server/auth/errors.js";
import { requireBearerAuth } from "@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js";
import type { McpHttpHandler } from "@modelcontextprotocol/server";
import express, { type Express, type RequestHandler } from "express";

// v1, and v2 on Node: a middleware. `delete_notes` needs a scope that the rest does not.
export function protectApp(app: Express, verifier: MandateVerifier): void {
  const tools = { delete_notes: { requiredScopes: ["notes:delete"] } };
  app.use("/mcp", express.json(), requireMandate({ verifier, tools }));
}

// v2, anywhere: a gate before the handler.
export function protectHandler(handler: McpHttpHandler, verifier: MandateVerifier) {
  const gate = createMandateGate({ verifier });
  return async (request: Request): Promise<Response> => {
    const caller = await gate(request);
    return caller instanceof Response ? caller : handler.fetch(request, { authInfo: caller });
  };
}

// Where the SDK's own middleware has to stay.
export function bearerAuthFor(verifier: MandateVerifier): RequestHandler {
  return requireBearerAuth({ verifier: createTokenVerifier({ verifier, errors }) });
}
