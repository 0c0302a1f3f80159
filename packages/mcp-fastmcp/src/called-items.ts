import type { IncomingMessage } from "node:http";

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

/** As much as FastMCP's own transport takes of a body; what is longer, it refuses. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;

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

const bodies = new WeakMap<IncomingMessage, Buffer[]>();

/** The body of a request, once: empty where there is none, or where FastMCP refuses its length. */
export function takeBody(request: IncomingMessage): Buffer {
  const chunks = bodies.get(request) ?? [];
  bodies.delete(request);
  return Buffer.concat(chunks);
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
  const { kind, name, isUse } = METHODS.get(method)?.(Object(params)) ?? {};
  return kind !== undefined && typeof name === "string" ? { kind, name, isUse } : undefined;
}

/**
 * Keeps the body of a POST request that is about to be read, for {@link takeBody}. FastMCP reads a
 * body before it asks for authentication, and hands none on; a listener of our own would take the body
 * away from it. So what the stream emits is noted in passing, and nothing is changed.
 */
export function recordBody(request: IncomingMessage): void {
  if (request.method !== "POST") return;
  const chunks: Buffer[] = [];
  let length = 0;
  bodies.set(request, chunks);
  const emit = request.emit.bind(request);
  request.emit = (event: string | symbol, ...values: unknown[]) => {
    const [chunk] = values;
    if (event === "data" && Buffer.isBuffer(chunk) && length <= MAX_BODY_BYTES) {
      length += chunk.length;
      if (length <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
    }
    return emit(event, ...values);
  };
}
