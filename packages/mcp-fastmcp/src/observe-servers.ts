import { ConfigurationError } from "@caracalai/transport-mcp";
import { currentContext, newCallContext, runInContext } from "./call-context.js";
import type { ItemKind } from "./called-items.js";
import { newCopies, wrapMethod } from "./fastmcp-copies.js";
import type { Guard } from "./guard.js";
import { guardDefinition } from "./guarded-definition.js";
import { guardTransport, type Session } from "./guarded-transport.js";
import type { Transport } from "./messages.js";
import type { Definition } from "./protected-items.js";

/** The public methods by which FastMCP servers are given definitions. */
const ADDITIONS: readonly (readonly [ItemKind, string])[] = [
  ["tool", "addTool"],
  ["tool", "addTools"],
  ["resource", "addResource"],
  ["resource", "addResources"],
  ["resource_template", "addResourceTemplate"],
  ["resource_template", "addResourceTemplates"],
  ["prompt", "addPrompt"],
  ["prompt", "addPrompts"],
];

type Authenticate = (request: never) => unknown;
type Server = { readonly options: { readonly authenticate?: Authenticate } };
type Add = (this: Server, definitions: Definition | readonly Definition[]) => unknown;
type Start = (this: Server, ...values: unknown[]) => unknown;
type Connect = (this: Session, transport: Transport) => unknown;

const guards = new WeakMap<Authenticate, Guard>();

/**
 * Guards every server that authenticates in this way: what it is given from now on, whenever that is,
 * and every session that it opens, on whatever transport.
 *
 * FastMCP tells nobody what was added to it or who it talks to, and passes on neither headers nor
 * callers. So public methods of its classes are wrapped, once; servers that are not ours go on as
 * before. Options are told by their function, which stays the same where they are copied.
 */
export function guardServersOf(authenticate: Authenticate, guard: Guard): void {
  guards.set(authenticate, guard);
  for (const { FastMCP, FastMCPSession } of newCopies()) {
    for (const [kind, method] of ADDITIONS) wrapAddition(FastMCP.prototype, kind, method);
    wrapStart(FastMCP.prototype, "start");
    wrapStart(FastMCP.prototype, "connect");
    wrapConnect(FastMCPSession.prototype);
  }
}

function guardOf({ options }: Server): Guard | undefined {
  return options.authenticate && guards.get(options.authenticate);
}

function wrapAddition(prototype: object, kind: ItemKind, method: string): void {
  wrapMethod<Server, Add>(
    prototype,
    method,
    (add) =>
      function (this: Server, definitions) {
        const guard = guardOf(this);
        if (guard === undefined) return add.call(this, definitions);
        const list = [definitions].flat() as Definition[];
        const guarded = list.map((definition) =>
          guardDefinition(kind, definition, guard.items.routesOfDefinition(kind, definition)),
        );
        const result = add.call(this, Array.isArray(definitions) ? guarded : (guarded[0] as never));
        for (const definition of list) guard.items.note(kind, definition);
        return result;
      },
  );
}

/** Sessions of stdio and in memory are opened within these: their context tells whose they are. */
function wrapStart(prototype: object, method: string): void {
  wrapMethod<Server, Start>(
    prototype,
    method,
    (start) =>
      async function (this: Server, ...values) {
        const guard = guardOf(this);
        if (guard !== undefined) {
          guard.items.requireAllKnown();
          rejectSharedEvents(values[0]);
          guard.isServing = true;
        }
        const context = guard && newCallContext(guard);
        return runInContext(context, () => start.apply(this, values));
      },
  );
}

/**
 * One event store for all sessions has their streams under one name, and replays to each what was
 * sent to the others. Without the option every session has its own.
 */
function rejectSharedEvents(options: unknown): void {
  const { eventStore } = Object(Object(options).httpStream) as { readonly eventStore?: unknown };
  if (typeof eventStore !== "object" || eventStore === null) return;
  throw new ConfigurationError(
    "httpStream.eventStore would be one for all sessions, and replay to each what others were sent: leave it out",
  );
}

/** Sessions over HTTP are opened in the context of the request that opens them. */
function wrapConnect(prototype: object): void {
  wrapMethod<Session, Connect>(
    prototype,
    "connect",
    (connect) =>
      function (this: Session, transport) {
        const context = currentContext();
        return connect.call(this, context ? guardTransport(this, transport, context) : transport);
      },
  );
}
