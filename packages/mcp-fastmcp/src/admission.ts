import type { IncomingMessage } from "node:http";
import {
  type AuthResult,
  challengeResponse,
  type DecisionAbout,
  type MandateError,
  type MandateVerifier,
  type Principal,
} from "@caracalai/transport-mcp";
import { type CallContext, noMandate } from "./call-context.js";
import { type CalledItem, calledItems } from "./called-items.js";
import { FastMcpAuthError } from "./fastmcp-auth-error.js";
import type { Guard } from "./guard.js";
import { opensLegacySse } from "./legacy-sse.js";
import { endWithMandate } from "./open-responses.js";
import { NOTHING_FURTHER } from "./protected-items.js";
import { unknownCopyResponse } from "./unknown-copies.js";

/** Puts the question to a verifier: with a header, a token, or a principal. */
export type Ask = (verifier: MandateVerifier, about: DecisionAbout) => Promise<AuthResult>;

/**
 * Judges what serves a context by everything that its items need, in one go, and lets it in.
 *
 * @returns the refusal, or undefined where it was let in
 */
export async function admit(
  context: CallContext,
  items: readonly CalledItem[],
  ask: Ask,
): Promise<MandateError | undefined> {
  const { guard } = context;
  // Each once: a batch may name a tool 100,000 times, before anyone knows who sent it.
  const routes = new Set(items.flatMap((item) => guard.items.routesOf(item)));
  const judge = [...routes].reduce((verifier, route) => verifier.require(route), guard.verifier);
  const result = await ask(judge, { items: guard.items.registered(items) });
  if (!result.ok) return result.error;
  for (const route of [NOTHING_FURTHER, ...routes]) context.met.add(route);
  context.principal = result.principal;
  return undefined;
}

/**
 * Judges an HTTP request and lets it in. What is thrown is its answer, which FastMCP passes on.
 *
 * @param resourceMetadata - where the server's metadata is, for the challenge
 */
export async function admitRequest(
  context: CallContext,
  request: IncomingMessage,
  resourceMetadata: string,
): Promise<Principal> {
  const { guard } = context;
  if (!guard.isServing) throw unknownCopyResponse();
  if (opensLegacySse(request) && !guard.legacySse) throw new Response("Not Found", { status: 404 });
  const { authorization } = request.headersDistinct;
  const error = await admit(context, calledItems(request), (verifier, about) =>
    verifier.authorization(authorization, undefined, about),
  );
  if (error !== undefined) throw challengeResponse(error, { resourceMetadata });
  const { principal } = context as CallContext & { readonly principal: Principal };
  requireOwnSession(guard, request, principal);
  endWithMandate(request, guard.verifier, principal);
  return principal;
}

/** Tells the operator at start, in FastMCP's log, what every call over stdio will come to. */
export async function verifyProcess({ verifier, processMandate }: Guard): Promise<Principal> {
  const token = await processMandate?.();
  if (token === undefined) throw new FastMcpAuthError(noMandate());
  const result = await verifier.authenticate(token);
  if (!result.ok) throw new FastMcpAuthError(result.error);
  return result.principal;
}

/** Hazard F1: a session is told from none at all only to the one who opened it. */
function requireOwnSession(guard: Guard, request: IncomingMessage, principal: Principal): void {
  const sessionId = request.headers["mcp-session-id"];
  if (typeof sessionId !== "string") return;
  if (guard.sessions.isForeign(sessionId, principal)) throw sessionNotFound();
  guard.sessions.touch(sessionId);
}

/**
 * The same answer as FastMCP's to a session that there is none of, to the letter: a Response would
 * write the name of its header small, and so tell whoever guesses at sessions which of them exist.
 */
function sessionNotFound(): Response {
  const error = { code: -32_001, message: "Session not found" };
  const answer = new Response(JSON.stringify({ error, id: null, jsonrpc: "2.0" }), {
    status: 404,
    statusText: "Not Found",
  });
  const headers = new Map([["Content-Type", "application/json"]]);
  return Object.defineProperty(answer, "headers", { value: headers });
}
