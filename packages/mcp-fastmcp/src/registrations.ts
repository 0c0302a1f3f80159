import { FastMCP } from "fastmcp";
import type { ItemKind } from "./called-items.js";
import type { Protections } from "./protection.js";

/** The public methods by which FastMCP servers are given definitions, and what names one. */
const METHODS = [
  { kind: "tool", one: "addTool", many: "addTools", nameOf: (item: Named) => item.name },
  { kind: "resource", one: "addResource", many: "addResources", nameOf: (item: Named) => item.uri },
  { kind: "prompt", one: "addPrompt", many: "addPrompts", nameOf: (item: Named) => item.name },
] as const;

type Named = { readonly name: string; readonly uri: string };
type Add = (this: { readonly options: object }, definitions: unknown) => unknown;

const protectionsOf = new WeakMap<object, Protections>();
let isObserving = false;

/**
 * Notes every definition that a server with these options is given from now on, whenever that is.
 *
 * FastMCP tells nobody what was added to it, and the answer 403 has to be given before a call is
 * dispatched. So its public `add…` methods are wrapped, once; servers with other options than ours
 * are not looked at.
 */
export function observeRegistrations(options: object, protections: Protections): void {
  protectionsOf.set(options, protections);
  if (isObserving) return;
  isObserving = true;
  const methods = FastMCP.prototype as unknown as Record<string, Add>;
  for (const { kind, one, many, nameOf } of METHODS) {
    for (const method of [one, many]) wrap(methods, method, kind, nameOf);
  }
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
    const result = add.call(this, definitions);
    const protections = protectionsOf.get(this.options);
    for (const item of [definitions].flat() as Named[]) {
      protections?.note(kind, nameOf(item), item);
    }
    return result;
  };
}
