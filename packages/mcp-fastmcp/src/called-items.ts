/** The kinds of things that a call can name. */
export type ItemKind = "tool" | "resource" | "resource_template" | "prompt";

/** One thing that a request is going to call. */
export interface CalledItem {
  readonly kind: ItemKind;
  /** A tool's or prompt's name, a resource's URI, or a resource template's URI template. */
  readonly name: string;
  /** Whether it is called, read or got: not subscribed to, completed or listed. */
  readonly isUse?: boolean | undefined;
}

type Params = Readonly<Record<string, unknown>>;

interface Named {
  readonly kind: ItemKind;
  readonly name: unknown;
  readonly isUse: boolean;
}

/** The methods whose calls reach one item, and how they name it. */
const METHODS: ReadonlyMap<unknown, (params: Params) => Named> = new Map([
  ["tools/call", ({ name }: Params): Named => ({ kind: "tool", name, isUse: true })],
  ["resources/read", ({ uri }: Params): Named => ({ kind: "resource", name: uri, isUse: true })],
  [
    "resources/subscribe",
    ({ uri }: Params): Named => ({ kind: "resource", name: uri, isUse: false }),
  ],
  ["prompts/get", ({ name }: Params): Named => ({ kind: "prompt", name, isUse: true })],
  ["completion/complete", ({ ref }: Params) => completed(Object(ref))],
]);

/** What a completion is about: a value for a prompt, or for a template of resources. */
function completed({ type, name, uri }: Params): Named {
  if (type === "ref/prompt") return { kind: "prompt", name, isUse: false };
  return { kind: "resource_template", name: uri, isUse: false };
}

/** The JSON-RPC messages in a body; none where it is nothing that FastMCP would serve. */
export function messagesIn(body: Buffer): readonly unknown[] {
  try {
    // The same reading as the transport's: of two members with one name, both see the last.
    const read: unknown = JSON.parse(body.toString());
    return Array.isArray(read) ? read : [read];
  } catch {
    return [];
  }
}

/** What one JSON-RPC message is going to call, if anything. */
export function calledItem(message: unknown): CalledItem | undefined {
  const { method, params } = Object(message) as { method?: unknown; params?: unknown };
  const named = METHODS.get(method)?.(Object(params));
  if (named === undefined || typeof named.name !== "string") return undefined;
  return { kind: named.kind, name: named.name, isUse: named.isUse };
}

/** What some messages are going to call. */
export function calledItems(messages: readonly unknown[]): readonly CalledItem[] {
  const items: CalledItem[] = [];
  for (const message of messages) {
    const item = calledItem(message);
    if (item !== undefined) items.push(item);
  }
  return items;
}
