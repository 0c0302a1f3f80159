import { AsyncLocalStorage } from "node:async_hooks";
import type { MandateVerifier, Principal, Requirements } from "@caracalai/transport-mcp";
import { FastMcpAuthError } from "./fastmcp-auth-error.js";

/** What is known of the HTTP request that is being served. */
export interface CallContext {
  readonly verifier: MandateVerifier;
  /** Set once the request's mandate was verified. */
  principal: Principal | undefined;
  /** Requirements that the mandate was held against in this request, and met. */
  readonly met: Set<Requirements>;
}

const contexts = new AsyncLocalStorage<CallContext | undefined>();

/**
 * To be called before a server is started. Node does not follow promises until the first context is
 * entered; were that one a request's, it would be entered for the whole process.
 */
export function prepareCallContexts(): void {
  if (contexts.getStore() === undefined) contexts.enterWith(undefined);
}

/**
 * Opens the context of a request. To be called before the first `await` of whatever serves the
 * request: set later, it is not seen by the tool that the request calls.
 */
export function openCallContext(verifier: MandateVerifier): CallContext {
  const context: CallContext = { verifier, principal: undefined, met: new Set() };
  contexts.enterWith(context);
  return context;
}

/**
 * The caller, anywhere below a handler of a tool, resource or prompt: from the call's own request,
 * whoever opened the session.
 *
 * @throws FastMcpAuthError `missing_token` outside a call that was let in
 */
export function currentPrincipal(): Principal {
  return currentCall().principal;
}

/**
 * Holds the call that is being served against further requirements, once a request.
 *
 * @throws FastMcpAuthError where its mandate does not meet them, or there is none
 */
export async function requireOfCall(route: Requirements): Promise<void> {
  const { verifier, principal, met } = currentCall();
  if (met.has(route)) return;
  const result = await verifier.recheck(principal, route);
  if (!result.ok) throw new FastMcpAuthError(result.error);
  met.add(route);
}

function currentCall(): CallContext & { readonly principal: Principal } {
  const context = contexts.getStore();
  if (context?.principal === undefined) {
    throw new FastMcpAuthError({
      code: "missing_token",
      check: "bearer",
      description: "Missing bearer token",
      hint: "The call did not come in over HTTP with a mandate: stdio, in-memory and legacy SSE transports carry none.",
    });
  }
  return { ...context, principal: context.principal };
}
