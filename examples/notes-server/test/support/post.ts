/** A JSON-RPC request, as far as tests send them. */
export interface Message {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** What came back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The JSON body, or the last message of the stream. */
  readonly body: unknown;
}

/** The first message of every session. */
export const initialize: Message = {
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: {},
    clientInfo: { name: "test", version: "0" },
  },
};

/** A call of a tool without arguments. */
export function callOf(tool: string): Message {
  return { method: "tools/call", params: { name: tool, arguments: {} } };
}

/** What every POST of an MCP client says of its body and of the answer. */
export const MCP_HEADERS = {
  accept: "application/json, text/event-stream",
  "content-type": "application/json",
} as const;

/** Sends one message, outside of any session, with or without a mandate. */
export async function post(
  url: string,
  message: Message,
  token: string | undefined,
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      ...MCP_HEADERS,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    body: bodyOf(message),
    signal: AbortSignal.timeout(90_000),
  });
  return readAnswer(response);
}

/** The body of a POST. */
export function bodyOf(message: Message): string {
  return JSON.stringify({ jsonrpc: "2.0", id: 1, ...message });
}

/** Reads an answer to its end. */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  const isStream = headers.get("content-type")?.startsWith("text/event-stream");
  const json = isStream
    ? (text
        .match(/^data: .+$/gm)
        ?.at(-1)
        ?.slice("data: ".length) ?? "")
    : text;
  return { status, headers, body: json === "" ? undefined : JSON.parse(json) };
}

/** The text that a tool returned. */
export function textOf({ body }: Answer): string | undefined {
  const { result } = body as {
    readonly result?: { readonly content: readonly { readonly text: string }[] };
  };
  return result?.content[0]?.text;
}
