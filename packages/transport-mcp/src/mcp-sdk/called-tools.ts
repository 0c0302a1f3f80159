/**
 * The names of the tools that the JSON-RPC messages of a parsed body call, each once; a batch may name
 * several.
 *
 * @returns undefined where the body was not parsed, so that nobody can tell: it is left out, or empty
 *   (Express 4), or still text or bytes
 */
export function calledTools(body: unknown): ReadonlySet<string> | undefined {
  if (typeof body !== "object" || body === null || ArrayBuffer.isView(body)) return undefined;
  if (Object.keys(body).length === 0) return undefined;
  return new Set([body].flat().flatMap((message) => calledTool(message) ?? []));
}

function calledTool(message: unknown): string | undefined {
  const { method, params } = Object(message) as { method?: unknown; params?: unknown };
  if (method !== "tools/call") return undefined;
  const { name } = Object(params) as { name?: unknown };
  return typeof name === "string" ? name : undefined;
}
