import { captureRequirements, type Requirements } from "@caracalai/transport-mcp";
import type { CalledItem, ItemKind } from "./called-items.js";

/** What every call has to meet is met once its request was let in: nothing further. */
export const NOTHING_FURTHER: Requirements = captureRequirements({});

/** Where a protected definition carries its requirements. */
const PROTECTION = Symbol("caracal.protection");

/** A definition's marks: one set of requirements for each time that it was protected. */
type Marked = { readonly [PROTECTION]?: readonly Requirements[] };

/** Marks a copy of a definition with what its calls need, beside what they needed before. */
export function markProtected<T extends object>(copy: T, route: Requirements): T {
  return Object.assign(copy, { [PROTECTION]: [...protectionsOf(copy), route] });
}

/** What calls of a definition need; empty where it is not protected beyond the defaults. */
export function protectionsOf(definition: object): readonly Requirements[] {
  return (definition as Marked)[PROTECTION] ?? [];
}

/** What the tools, resources and prompts of one server need. */
export class Protections {
  readonly #routes = new Map<string, readonly Requirements[]>();

  /** Notes a definition that was added to the server; one of the same name is replaced by it. */
  note(kind: ItemKind, name: string, definition: object): void {
    this.#routes.set(keyOf({ kind, name }), protectionsOf(definition));
  }

  /** What a call needs beyond the defaults of the server. */
  routesOf(item: CalledItem): readonly Requirements[] {
    return this.#routes.get(keyOf(item)) ?? [];
  }
}

function keyOf({ kind, name }: CalledItem): string {
  return `${kind} ${name}`;
}
