import { errorBody, type MandateErrorFields, type Principal } from "@caracalai/transport-mcp";
import type { CalledItem } from "./called-items.js";
import type { Guard } from "./guard.js";
import type { Message } from "./messages.js";

/** From the range that JSON-RPC leaves to servers (JSON-RPC 2.0 section 5.1). */
const REFUSED = -32_003;
const METHOD_NOT_FOUND = -32_601;

/**
 * The answer to a refused request where there is no HTTP status to refuse with: a tool's result says
 * it in its text, as structured content would break clients of tools with an output schema.
 *
 * @returns undefined for what is no request, and gets no answer
 */
export function refusalOf(
  id: Message["id"],
  method: string | undefined,
  error: MandateErrorFields,
): Message | undefined {
  if (id === undefined || method === undefined) return undefined;
  const text = JSON.stringify(errorBody(error));
  if (method !== "tools/call") return errorReply(id, REFUSED, text);
  return { jsonrpc: "2.0", id, result: { content: [{ type: "text", text }], isError: true } };
}

/**
 * What FastMCP says of a tool that it does not have, to the letter: one that is hidden is not told
 * from it.
 */
export function unknownTool({ id, params }: Message): Message | undefined {
  if (id === undefined) return undefined;
  const { name } = Object(params);
  const message = `MCP error ${METHOD_NOT_FOUND}: Unknown tool: ${name}`;
  return errorReply(id, METHOD_NOT_FOUND, message);
}

function errorReply(id: string | number, code: number, message: string): Message {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

type Listed = Readonly<Record<string, string>>;

/** The lists, by their methods: where their entries are, and what an entry names. */
const LISTS: ReadonlyMap<unknown, readonly [string, (entry: Listed) => CalledItem]> = new Map([
  ["tools/list", ["tools", ({ name = "" }) => ({ kind: "tool", name })]],
  ["resources/list", ["resources", ({ uri = "" }) => ({ kind: "resource", name: uri })]],
  [
    "resources/templates/list",
    [
      "resourceTemplates",
      ({ uriTemplate = "" }) => ({ kind: "resource_template", name: uriTemplate }),
    ],
  ],
  ["prompts/list", ["prompts", ({ name = "" }) => ({ kind: "prompt", name })]],
]);

/** The result of a request with nothing in its list that the caller may not use. */
export function visibleResult(
  method: string | undefined,
  result: Readonly<Record<string, unknown>>,
  principal: Principal,
  { items, verifier }: Guard,
): Readonly<Record<string, unknown>> {
  const [member, itemOf] = LISTS.get(method) ?? [];
  const entries = member && result[member];
  if (!Array.isArray(entries) || member === undefined || itemOf === undefined) return result;
  const isVisible = (entry: Listed) => {
    const item = itemOf(entry);
    return (
      items.canAccess(item, principal) &&
      items.routesOf(item).every((route) => verifier.permits(principal, route))
    );
  };
  return { ...result, [member]: entries.filter(isVisible) };
}
