import {
  ConfigurationError,
  captureRequirements,
  type Principal,
  type Requirements,
} from "@caracalai/transport-mcp";
import parseUriTemplate, { type UriTemplate } from "uri-templates";
import type { CalledItem, ItemKind } from "./called-items.js";

/** What every call has to meet is met once its request was let in: nothing further. */
export const NOTHING_FURTHER: Requirements = captureRequirements({});

/** Where a protected definition carries its requirements. */
const REQUIREMENTS = Symbol("caracal.requirements");

/** A definition's marks: one set of requirements for each time that it was protected. */
type Marked = { readonly [REQUIREMENTS]?: readonly Requirements[] };

/** Marks a copy of a definition with what its calls need, beside what they needed before. */
export function markProtected<T extends object>(copy: T, route: Requirements): T {
  return Object.assign(copy, { [REQUIREMENTS]: [...requirementsOf(copy), route] });
}

/** What calls of a definition need; empty where it is not protected beyond the defaults. */
function requirementsOf(definition: object): readonly Requirements[] {
  return (definition as Marked)[REQUIREMENTS] ?? [];
}

/** What a server is given by way of a definition, as much of it as is looked at. */
export interface Definition {
  readonly name: string;
  readonly uri?: string;
  readonly uriTemplate?: string;
  readonly canAccess?: (principal: Principal) => boolean;
}

/** Requirements by name: of tools and prompts, URIs of resources, URI templates. */
export type RouteTables = Readonly<
  Record<ItemKind, Readonly<Record<string, Requirements>> | undefined>
>;

interface Item {
  readonly routes: readonly Requirements[];
  readonly canAccess: Definition["canAccess"];
}

/** URIs that are longer are not matched: they are held against every template's requirements. */
const MAX_MATCHED_URI_LENGTH = 2_048;

/** What the tools, resources and prompts of one server need. */
export class ProtectedItems {
  readonly #items: Readonly<Record<ItemKind, Map<string, Item>>> = {
    tool: new Map(),
    resource: new Map(),
    resource_template: new Map(),
    prompt: new Map(),
  };
  /** By their names, in the order in which FastMCP tries them. */
  readonly #templates = new Map<string, Template>();
  readonly #tables = new Map<string, { readonly item: CalledItem; readonly route: Requirements }>();

  /** @throws ConfigurationError where a route is malformed */
  constructor(tables: RouteTables) {
    for (const [kind, table] of Object.entries(tables) as [ItemKind, RouteTables[ItemKind]][]) {
      for (const [name, route] of Object.entries(table ?? {})) {
        const item = { kind, name };
        this.#tables.set(keyOf(item), { item, route: captureRequirements(route) });
      }
    }
  }

  /** Notes a definition that was added to the server; one of the same name is replaced by it. */
  note(kind: ItemKind, definition: Definition): void {
    const { name, uriTemplate } = definition;
    const canAccess = definition.canAccess?.bind(definition);
    const routes = this.routesOfDefinition(kind, definition);
    this.#items[kind].set(nameOfDefinition(definition), { routes, canAccess });
    if (uriTemplate === undefined) return;
    this.#templates.delete(name);
    this.#templates.set(name, { text: uriTemplate, parsed: parse(uriTemplate) });
  }

  /** @throws ConfigurationError where a table names what the server does not have */
  requireAllKnown(): void {
    for (const { item } of this.#tables.values()) {
      if (this.#find(item) !== undefined) continue;
      const what = item.kind.replace("_", " ");
      throw new ConfigurationError(
        `protectServer: there is no ${what} ${JSON.stringify(item.name)} that its table could protect; add it before the server starts, or correct the name`,
      );
    }
  }

  /**
   * What calls of one definition need beyond the defaults of the server: whichever of several a call
   * was judged by, what is called is judged by itself again.
   */
  routesOfDefinition(kind: ItemKind, definition: Definition): readonly Requirements[] {
    const tabled = this.#tables.get(keyOf({ kind, name: nameOfDefinition(definition) }));
    return [...requirementsOf(definition), ...(tabled === undefined ? [] : [tabled.route])];
  }

  /** What a call needs beyond the defaults of the server. */
  routesOf(item: CalledItem): readonly Requirements[] {
    const known = this.#find(item);
    if (known !== undefined || item.kind !== "resource") return known?.routes ?? [];
    return this.#templatesOf(item.name).flatMap((name) =>
      this.routesOf({ kind: "resource_template", name }),
    );
  }

  /**
   * What operators are told that calls use: by the names that things are registered under, each once.
   * What a caller made up is not among them.
   */
  registered(items: readonly CalledItem[]): readonly CalledItem[] {
    const uses = items.filter(({ isUse }) => isUse);
    const registered = uses.flatMap((item) => {
      if (this.#find(item) !== undefined) return [item];
      const templates = item.kind === "resource" ? this.#templatesOf(item.name) : [];
      return templates.map((name) => ({ kind: "resource_template" as const, name }));
    });
    return [...new Map(registered.map((item) => [keyOf(item), item])).values()];
  }

  /** Whether a definition's own `canAccess` lets a caller see and call it. */
  canAccess(item: CalledItem, principal: Principal): boolean {
    const canAccess = this.#find(item)?.canAccess;
    try {
      return canAccess === undefined || canAccess(principal) === true;
    } catch {
      return false;
    }
  }

  /** Whether it takes no more than a look to tell what calls of an item need. */
  isKnown(item: CalledItem): boolean {
    return item.kind !== "resource" || this.#find(item) !== undefined || this.#templates.size === 0;
  }

  #find({ kind, name }: CalledItem): Item | undefined {
    return this.#items[kind].get(name);
  }

  /** The template that FastMCP would load a resource by: the first that matches. */
  #templatesOf(uri: string): readonly string[] {
    const templates = [...this.#templates.values()];
    if (uri.length > MAX_MATCHED_URI_LENGTH) return templates.map(({ text }) => text);
    const first = templates.find((template) => matches(template, uri));
    return first === undefined ? [] : [first.text];
  }
}

interface Template {
  readonly text: string;
  /** Undefined where the library can't read it: FastMCP can't either, and loads nothing by it. */
  readonly parsed: UriTemplate | undefined;
}

function parse(template: string): UriTemplate | undefined {
  try {
    return parseUriTemplate(template);
  } catch {
    return undefined;
  }
}

function matches({ parsed }: Template, uri: string): boolean {
  try {
    return parsed === undefined || Boolean(parsed.fromUri(uri));
  } catch {
    // Not to be decoded. FastMCP stops at the same place with the same error, and loads nothing.
    return true;
  }
}

function nameOfDefinition({ name, uri, uriTemplate }: Definition): string {
  return uri ?? uriTemplate ?? name;
}

function keyOf({ kind, name }: CalledItem): string {
  return `${kind} ${name}`;
}
