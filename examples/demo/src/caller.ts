import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

/** What came back over HTTP for the last message that a client sent. */
export interface HttpAnswer {
  readonly status: number;
  readonly challenge: string | null;
  /** The `error` member of a refusal's body. */
  readonly error: string | undefined;
  /** What the tool said, where it was reached and failed. */
  readonly toolError?: string;
}

/** The official client on one MCP session, with the HTTP answers that it got. */
export interface Caller {
  /** Calls a tool and returns what came back, refused or not. */
  call(tool: string): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/**
 * Opens a session.
 *
 * @returns the answer to the first message where that was refused
 */
export async function connect(
  url: string,
  token: string | undefined,
): Promise<Caller | HttpAnswer> {
  let last: HttpAnswer | undefined;
  const client = new Client({ name: "demo", version: "0.1.0" });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } },
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      if (init?.method === "POST") last = await readAnswer(response);
      return response;
    },
  });

  /** The client turns a refusal into an error; what we want to see is the answer behind it. */
  async function answerOf(message: Promise<unknown>): Promise<HttpAnswer> {
    last = undefined;
    const failure = await message.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (last === undefined) throw failure ?? new Error("The client sent nothing");
    return last;
  }

  const opened = await answerOf(client.connect(transport as Parameters<Client["connect"]>[0]));
  if (opened.status >= 400) return opened;
  return {
    call: async (tool) => {
      let toolError: string | undefined;
      const answer = await answerOf(
        client.callTool({ name: tool, arguments: {} }).then(({ isError, content }) => {
          if (isError) toolError = JSON.stringify(content);
        }),
      );
      return toolError === undefined ? answer : { ...answer, toolError };
    },
    close: () => client.close(),
  };
}

async function readAnswer(response: Response): Promise<HttpAnswer> {
  const { status } = response;
  const challenge = response.headers.get("www-authenticate");
  if (status < 400) return { status, challenge, error: undefined };
  // The client reads the body as well.
  const { error } = (await response.clone().json()) as { readonly error?: string };
  return { status, challenge, error };
}
