import type { Principal, Requirements } from "@caracalai/transport-mcp";
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
  const { canAccess, ...copy } = definition as Handlers;
  const { execute } = copy;
  if (kind === "tool") return { ...copy, ...(execute && { execute: guardTool(execute, routes) }) };
  const guard = (handler: Handler, at: number) => guardHandler(handler, at, routes);
  const { load, complete } = CALLER[kind];
  return {
    ...copy,
    ...(copy.load && { load: guard(copy.load, load) }),
    ...(copy.complete && { complete: guard(copy.complete, complete) }),
    ...(copy.arguments && {
      arguments: copy.arguments.map((argument) => ({
        ...argument,
        ...(argument.complete && { complete: guard(argument.complete, CALLER_OF_ARGUMENT) }),
      })),
    }),
  } as Definition;
}

async function requireEach(routes: readonly Requirements[]): Promise<void> {
  for (const route of [NOTHING_FURTHER, ...routes]) await requireOrExplain(route);
}

function guardTool(execute: Handler, routes: readonly Requirements[]): Handler {
  return async (args, context) => {
    await requireEach(routes);
    const call = currentCall();
    return whileAuthorized(call, () => {
      const { signal, ...others } = context as { readonly signal: AbortSignal };
      return execute(args, {
        ...others,
        session: call.principal,
        signal: AbortSignal.any([signal, call.ended.signal]),
      });
    });
  };
}

/** Tells a call under way, by its signal, when its mandate has ended. */
async function whileAuthorized<T>({ guard, principal, ended }: AdmittedCall, run: () => T) {
  const stop = guard.verifier.watch(principal, (error) => ended.abort(error));
  try {
    return await run();
  } finally {
    stop();
  }
}

function guardHandler(handler: Handler, at: number, routes: readonly Requirements[]): Handler {
  return async (...values) => {
    await requireEach(routes);
    const { principal } = currentCall();
    const told = Array.from({ length: Math.max(values.length, at + 1) }, (_, index) => {
      if (index === at) return principal;
      return index > at ? withCaller(values[index], principal) : values[index];
    });
    return handler(...told);
  };
}

/** A handler's context with the caller of this call in it. */
function withCaller(context: unknown, session: Principal): unknown {
  return typeof context === "object" && context !== null ? { ...context, session } : context;
}
