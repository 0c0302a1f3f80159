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

async function requireEach(routes: readonly Requirements[]): Promise<void> {
  for (const route of [NOTHING_FURTHER, ...routes]) await requireOrExplain(route);
}

function guardTool(execute: Handler, routes: readonly Requirements[]): Handler {
  return async (args, context) => {
    await requireEach(routes);
    const call = currentCall();
    return whileAuthorized(call, () => execute(args, withSignal(context, call)));
  };
}

/**
 * A tool's context with the caller of this call in it, and a signal that tells of the end of the
 * mandate too. It is made when it is asked for: few tools do, and it costs as much as all the rest.
 */
function withSignal(context: unknown, call: AdmittedCall): object {
  const { signal } = context as { readonly signal: AbortSignal };
  let both: AbortSignal | undefined;
  return Object.defineProperty({ ...withCaller(context, call) }, "signal", {
    enumerable: true,
    get: () => {
      both ??= AbortSignal.any([signal, call.ended.signal]);
      return both;
    },
  });
}

/** Tells a call under way, by its signal, when its mandate has ended. */
async function whileAuthorized<T>({ guard, principal, ended }: AdmittedCall, run: () => T) {
  const stop = guard.verifier.watch(principal, (error) => ended.end(error));
  try {
    return await run();
  } finally {
    stop();
  }
}

function guardHandler(handler: Handler, at: number, routes: readonly Requirements[]): Handler {
  return async (...values) => {
    await requireEach(routes);
    const call = currentCall();
    const told = Array.from({ length: Math.max(values.length, at + 1) }, (_, index) => {
      if (index === at) return call.principal;
      return index > at ? withCaller(values[index], call) : values[index];
    });
    return handler(...told);
  };
}

/**
 * A handler's context with the caller of this call in it. In stateless mode FastMCP takes for the id of
 * a session whatever the caller sends: only one of a session that is open here is told.
 */
function withCaller(context: unknown, { guard, principal }: AdmittedCall): object | undefined {
  if (typeof context !== "object" || context === null) return undefined;
  const { sessionId } = context as { readonly sessionId?: unknown };
  const isOpen = typeof sessionId === "string" && guard.sessions.has(sessionId);
  return { ...context, session: principal, sessionId: isOpen ? sessionId : undefined };
}
