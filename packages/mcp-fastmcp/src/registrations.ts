import { createRequire } from "node:module";
import { FastMCP } from "fastmcp";
import type { ItemKind } from "./called-items.js";
import { guardLoad, type Loadable } from "./protect-item.js";
import { NOTHING_FURTHER, type Protections, protectionsOf } from "./protection.js";

/** The public methods by which FastMCP servers are given definitions, and what names one. */
const METHODS = [
  { kind: "tool", one: "addTool", many: "addTools", nameOf: (item: Named) => item.name },
  { kind: "resource", one: "addResource", many: "addResources", nameOf: (item: Named) => item.uri },
  {
    kind: "resource",
    one: "addResourceTemplate",
    many: "addResourceTemplates",
    nameOf: (item: Named) => item.uriTemplate,
  },
  { kind: "prompt", one: "addPrompt", many: "addPrompts", nameOf: (item: Named) => item.name },
] as const;

type Named = { readonly name: string; readonly uri: string; readonly uriTemplate: string };
type Definition = Named & Loadable;
type Authenticate = (request: never) => unknown;
type Server = { readonly options: { readonly authenticate?: Authenticate } };
type Add = (this: Server, definitions: unknown) => unknown;

const protectionsBy = new WeakMap<Authenticate, Protections>();
const observed = new WeakSet<object>();

/**
 * Notes every definition that a server which authenticates in this way is given from now on, whenever
 * that is. Resources and prompts, for which FastMCP has no hook, load in calls alone that were let in.
 *
 * FastMCP tells nobody what was added to it, and the answer 403 has to be given before a call is
 * dispatched. So its public `add…` methods are wrapped, once; servers that are not ours are not looked
 * at. Options are told by their function, which stays the same where they are copied.
 */
export function observeRegistrations(authenticate: Authenticate, protections: Protections): void {
  protectionsBy.set(authenticate, protections);
  for (const methods of loadedCopies()) {
    if (observed.has(methods)) continue;
    observed.add(methods);
    for (const { kind, one, many, nameOf } of METHODS) {
      for (const method of [one, many]) wrap(methods, method, kind, nameOf);
    }
  }
}

/**
 * The methods of FastMCP as imported and, where a program has required it as CommonJS by now, of that
 * copy: the package brings the class twice, and a server may be made of either.
 */
function loadedCopies(): readonly Record<string, Add>[] {
  const { cache, resolve } = createRequire(import.meta.url);
  const required = cache[resolve("fastmcp")]?.exports as { FastMCP?: typeof FastMCP } | undefined;
  return [FastMCP, required?.FastMCP ?? FastMCP].map(
    ({ prototype }) => prototype as unknown as Record<string, Add>,
  );
}

function wrap(
  methods: Record<string, Add>,
  method: string,
  kind: ItemKind,
  nameOf: (item: Named) => string,
): void {
  const add = methods[method];
  if (add === undefined) throw new Error(`This version of FastMCP has no ${method}`);
  methods[method] = function (definitions) {
    const { authenticate } = this.options;
    const protections = authenticate && protectionsBy.get(authenticate);
    if (protections === undefined) return add.call(this, definitions);
    const guarded = ([definitions].flat() as Definition[]).map((item) => guard(kind, item));
    const result = add.call(this, Array.isArray(definitions) ? guarded : guarded[0]);
    for (const item of guarded) protections.note(kind, nameOf(item), item);
    return result;
  };
}

/** Tools are guarded by `onToolCall`, and what is protected already, by itself. */
function guard(kind: ItemKind, definition: Definition): Definition {
  const isGuarded = kind === "tool" || protectionsOf(definition).length > 0;
  return isGuarded ? definition : guardLoad(NOTHING_FURTHER, definition);
}
