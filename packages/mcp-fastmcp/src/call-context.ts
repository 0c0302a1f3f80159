import { AsyncLocalStorage } from "node:async_hooks";
import type { IncomingMessage } from "node:http";
import { MandateError, type Principal, type Requirements } from "@caracalai/transport-mcp";
import { FastMcpAuthError } from "./fastmcp-auth-error.js";
import type { Guard } from "./guard.js";
import { MandateEnd } from "./mandate-end.js";

/** What is known of the request that is being served. */
export interface CallContext {
  readonly guard: Guard;
  /** The HTTP request; undefined on other transports. */
  readonly request: IncomingMessage | undefined;
  /** Set once the request's mandate was verified. */
  principal: Principal | undefined;
  /** Requirements that the mandate was held against in this request, and met. */
  readonly met: Requirements[];
  /** The JSON-RPC method that is being served. */
  readonly method: string | undefined;
  /** Whether the mandate has ended while its call is under way. */
  readonly ended: MandateEnd;
}

/** The context of a call that was let in. */
export type AdmittedCall = CallContext & { readonly principal: Principal };

const contexts = new AsyncLocalStorage<CallContext | undefined>();

/**
 * To be called before a server is started. Node does not follow promises until the first context is
 * entered; were that one a request's, it would be entered for the whole process.
 */
export function prepareCallContexts(): void {
  if (contexts.getStore() === undefined) contexts.enterWith(undefined);
}

/**
 * Leaves whatever context there is, when a request begins: Node runs the requests of one connection
 * one after the other in the same, and legacy SSE enters its own before anything is awaited. Whoever
 * comes next on the connection, to a route of the user's own, is somebody else.
 */
export function leaveCallContext(): void {
  if (contexts.getStore() !== undefined) contexts.enterWith(undefined);
}

/** A context in which nobody is let in yet. */
export function newCallContext(guard: Guard, request?: IncomingMessage): CallContext {
  const ended = new MandateEnd();
  return { guard, request, principal: undefined, met: [], method: undefined, ended };
}

/** The same context, for one message of several that its request may have brought. */
export function contextOfMessage(context: CallContext, method: string | undefined): CallContext {
  // By name, and in the order of above: all contexts are of one shape.
  const { guard, request, principal, met, ended } = context;
  return { guard, request, principal, met, method, ended };
}

/**
 * Opens the context of a request. To be called before the first `await` of whatever serves the
 * request: set later, it is not seen by the tool that the request calls.
 */
export function openCallContext(guard: Guard, request: IncomingMessage): CallContext {
  const context = newCallContext(guard, request);
  contexts.enterWith(context);
  return context;
}

/** The context of what is running, if any. */
export function currentContext(): CallContext | undefined {
  return contexts.getStore();
}

/** Runs something in a context, or outside of every one. */
export function runInContext<T>(context: CallContext | undefined, run: () => T): T {
  return contexts.run(context, run);
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

/** @throws FastMcpAuthError `missing_token` outside a call that was let in */
export function currentCall(): AdmittedCall {
  const context = contexts.getStore();
  if (!isAdmitted(context)) throw new FastMcpAuthError(noMandate());
  return context;
}

/** Whether a call was let in. */
export function isAdmitted(context: CallContext | undefined): context is AdmittedCall {
  return context?.principal !== undefined;
}

/** Whether the call that is being served was held against all of these, and met them. */
export function hasMet(routes: readonly Requirements[]): boolean {
  const context = contexts.getStore();
  if (!isAdmitted(context)) return false;
  for (const route of routes) {
    if (!context.met.includes(route)) return false;
  }
  return true;
}

/**
 * Holds the call that is being served against further requirements, each once a request.
 *
 * @throws FastMcpAuthError where its mandate does not meet them, or there is none
 */
export async function requireOfCall(routes: readonly Requirements[]): Promise<void> {
  const { guard, principal, met } = currentCall();
  for (const route of routes) {
    if (met.includes(route)) continue;
    const result = await guard.verifier.recheck(principal, route);
    if (!result.ok) throw new FastMcpAuthError(result.error);
    met.push(route);
  }
}

/** The refusal of a call that came in without a mandate. */
export function noMandate(): MandateError {
  return new MandateError({
    code: "missing_token",
    check: "bearer",
    description: "Missing bearer token",
    hint: "The call did not come in over HTTP with a mandate. Over stdio and in memory, calls are made by the mandate that protectServer is given as processMandate.",
  });
}
