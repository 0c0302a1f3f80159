import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { cleanUp } from "./clean-up.js";
import { type Answer, readAnswer } from "./post.js";

/** The official client with one session, or what stands for one without state. */
export interface Connection {
  readonly client: Client;
  /** Every message that came in since the session was opened. */
  readonly received: readonly JSONRPCMessage[];
  /** Calls a tool and returns the HTTP answer behind what the client makes of it. */
  call(tool: string): Promise<Pick<Answer, "status" | "body">>;
}

/** Connects the official client over Streamable HTTP. */
export async function connect(url: string, token: string): Promise<Connection> {
  let refusal: Answer | undefined;
  const client = new Client({ name: "test", version: "0" });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      const isRefused = init?.method === "POST" && response.status >= 400;
      refusal = isRefused ? await readAnswer(response.clone()) : undefined;
      return response;
    },
  });
  await client.connect(transport as Parameters<Client["connect"]>[0]);
  cleanUp(() => client.close());

  const received: JSONRPCMessage[] = [];
  const deliver = transport.onmessage;
  transport.onmessage = (message) => {
    received.push(message);
    deliver?.(message);
  };

  return {
    client,
    received,
    call: async (tool) => {
      try {
        const result = await client.callTool({ name: tool, arguments: {} });
        return { status: 200, body: result.content };
      } catch (error) {
        if (refusal === undefined) throw error;
        return refusal;
      }
    },
  };
}
