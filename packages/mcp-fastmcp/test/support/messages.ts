/** A JSON-RPC message of MCP. */
export interface Message {
  readonly jsonrpc: "2.0";
  readonly id?: number;
  readonly method: string;
  readonly params?: object;
}

/** The result of a call, or its error, of any kind of call. */
export interface Reply {
  readonly id: number;
  readonly result?: {
    readonly isError?: boolean;
    readonly content?: readonly { readonly text: string }[];
    readonly contents?: readonly { readonly text: string }[];
    readonly messages?: readonly { readonly content: { readonly text: string } }[];
    readonly structuredContent?: unknown;
    readonly tools?: readonly { readonly name: string }[];
  };
  readonly error?: { readonly code: number; readonly message: string };
}

export function callTool(name: string, args: object = {}, id = 1): Message {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args } };
}

export function readResource(uri: string, id = 1): Message {
  return { jsonrpc: "2.0", id, method: "resources/read", params: { uri } };
}

export function getPrompt(name: string, id = 1): Message {
  return { jsonrpc: "2.0", id, method: "prompts/get", params: { name } };
}

export const listTools: Message = { jsonrpc: "2.0", id: 1, method: "tools/list" };

export const initialize: Message = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "1.0.0" },
  },
};

/** What a call came back with, whatever it called. */
export function textOf({ result, error }: Reply): string | undefined {
  return (
    result?.content?.[0]?.text ??
    result?.contents?.[0]?.text ??
    result?.messages?.[0]?.content.text ??
    error?.message
  );
}

/** The replies in the body of an answer: a stream of events, or JSON. */
export function repliesIn(body: string): Reply[] {
  return [...body.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(`${data}`));
}
