import { captureRequirements, type Requirements } from "@caracalai/transport-mcp";
import type { CalledItem, ItemKind } from "./called-items.js";

/** What every call has to meet is met once its request was let in: nothing further. */
export const NOTHING_FURTHER: Requirements = captureRequirements({});

/** Where a protected definition carries its requirements. */
const PROTECTION = Symbol("caracal.protection");

/** Marks a definition with what its calls need. */
export function markProtected<T extends object>(definition: T, route: Requirements): T {
  return Object.assign(definition, { [PROTECTION]: route });
}

/** What calls of a definition need; undefined where it is not protected beyond the defaults. */
export function protectionOf(definition: object): Requirements | undefined {
  return (definition as { readonly [PROTECTION]?: Requirements })[PROTECTION];
}

/** What the tools, resources and prompts of one server need. */
export class Protections {
  readonly #routes = new Map<string, Requirements>();

  /** Notes a definition that was added to the server; one of the same name is replaced by it. */
  note(kind: ItemKind, name: string, definition: object): void {
    const route = protectionOf(definition);
    if (route === undefined) this.#routes.delete(keyOf({ kind, name }));
    else this.#routes.set(keyOf({ kind, name }), route);
  }

  /** What a call needs beyond the defaults of the server; undefined where nothing. */
  routeOf(item: CalledItem): Requirements | undefined {
    return this.#routes.get(keyOf(item));
  }
}

function keyOf({ kind, name }: CalledItem): string {
  return `${kind} ${name}`;
}
