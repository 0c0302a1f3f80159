import type { Requirements } from "@caracalai/transport-mcp";
import { type AdmittedCall, currentCall } from "./call-context.js";
import type { ItemKind } from "./called-items.js";
import { requireOrExplain } from "./protect-item.js";
import { type Definition, NOTHING_FURTHER } from "./protected-items.js";

// Of any arguments: FastMCP's types of definitions are as different as what is defined.
type Handler = (...values: unknown[]) => unknown;
type Handlers = Definition & {
  readonly execute?: Handler;
  readonly load?: Handler;
  readonly complete?: Handler;
  readonly arguments?: readonly { readonly complete?: Handler }[];
};

/** Where handlers are given the caller; what comes behind is their context, where they have one. */
const CALLER = {
  resource: { load: 0, complete: 2 },
  resource_template: { load: 1, complete: 2 },
  prompt: { load: 1, complete: 2 },
};
const CALLER_OF_ARGUMENT = 1;

/**
 * A copy of a definition whose handlers run in calls alone that were let in, and are told the caller
 * of the call's own request. FastMCP tells them whoever came last on the session (hazard F3), has no
 * hook for resources and prompts (F5), and asks `canAccess` when a session opens and never again (F2):
 * that one is taken out of the copy, and asked for every call instead.
 *
 * @param routes - what calls of the definition need beyond the defaults of the server
 */
export function guardDefinition(
  kind: ItemKind,
  definition: Definition,
  routes: readonly Requirements[],
): Definition {
  const { execute, load, complete, arguments: parameters } = definition as Handlers;
  const bound = (handler: Handler): Handler => handler.bind(definition);
  const guard = (handler: Handler, at: number) => guardHandler(bound(handler), at, routes);
  // With its prototype: a definition may be an object of a class.
  const copy = Object.assign(Object.create(Object.getPrototypeOf(definition)), definition, {
    canAccess: undefined,
  });
  if (kind === "tool") {
    return Object.assign(copy, execute && { execute: guardTool(bound(execute), routes) });
  }
  const caller = CALLER[kind];
  return Object.assign(
    copy,
    load && { load: guard(load, caller.load) },
    complete && { complete: guard(complete, caller.complete) },
    parameters && {
      arguments: parameters.map((argument) => ({
        ...argument,
        ...(argument.complete && {
          complete: guardHandler(argument.complete.bind(argument), CALLER_OF_ARGUMENT, routes),
        }),
      })),
    },
  );
}

function guardTool(execute: Handler, routes: readonly Requirements[]): Handler {
  const needed = [NOTHING_FURTHER, ...routes];
  return async (args, context) => {
    const judging = requireOrExplain(needed);
    if (judging !== undefined) await judging;
    const call = currentCall();
    const { guard, principal, ended } = call;
    // A call under way is told, by its signal, when its mandate has ended.
    const stop = guard.verifier.watch(principal, (error) => ended.end(error));
    try {
      return await execute(args, withSignal(context as ToolContext, call));
    } finally {
      stop();
    }
  };
}

function guardHandler(handler: Handler, at: number, routes: readonly Requirements[]): Handler {
  const needed = [NOTHING_FURTHER, ...routes];
  return async (...values) => {
    const judging = requireOrExplain(needed);
    if (judging !== undefined) await judging;
    const call = currentCall();
    const told = Array.from({ length: Math.max(values.length, at + 1) }, (_, index) => {
      if (index === at) return call.principal;
      return index > at ? contextWithCaller(values[index], call) : values[index];
    });
    return handler(...told);
  };
}

interface ToolContext {
  readonly signal: AbortSignal;
}

/**
 * A tool's context with the caller of this call in it, and a signal that tells of the end of the
 * mandate too. It is made when it is asked for: few tools do, and it costs as much as all the rest.
 */
function withSignal(context: ToolContext, call: AdmittedCall): object {
  let both: AbortSignal | undefined;
  return {
    ...context,
    session: call.principal,
    sessionId: openSessionId(context, call),
    // In the literal: defining it afterwards costs a call several times as much.
    get signal(): AbortSignal {
      both ??= AbortSignal.any([context.signal, call.ended.signal]);
      return both;
    },
  };
}

/** A handler's context with the caller of this call in it. Where a handler has none, it is given none. */
function contextWithCaller(context: unknown, call: AdmittedCall): object | undefined {
  if (typeof context !== "object" || context === null) return undefined;
  return { ...context, session: call.principal, sessionId: openSessionId(context, call) };
}

/**
 * In stateless mode FastMCP takes for the id of a session whatever the caller sends: only one of a
 * session that is open here is told.
 */
function openSessionId(context: object, { guard }: AdmittedCall): string | undefined {
  const { sessionId } = context as { readonly sessionId?: unknown };
  return typeof sessionId === "string" && guard.sessions.has(sessionId) ? sessionId : undefined;
}
