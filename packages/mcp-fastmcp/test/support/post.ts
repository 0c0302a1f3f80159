import { type Answer, type Fields, send } from "./http.js";
import { initialize, type Message, type Reply, repliesIn } from "./messages.js";
import type { Running } from "./start-server.js";

/** An answer of an MCP endpoint. */
export interface McpAnswer extends Answer {
  readonly replies: readonly Reply[];
}

export function bearer(token: string | undefined): Fields {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Posts a body to an MCP endpoint: messages, or text as it is, or text in several chunks. */
export async function post(
  url: string,
  body: Message | readonly Message[] | string | readonly string[],
  headers: Fields = {},
): Promise<McpAnswer> {
  const isChunks = Array.isArray(body) && body.every((chunk) => typeof chunk === "string");
  const answer = await send(url, {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    chunks: isChunks ? body : [typeof body === "string" ? body : JSON.stringify(body)],
  });
  return { ...answer, replies: repliesIn(answer.text) };
}

/** Opens a session where the server has sessions. Its id is in the headers that come out. */
export async function openSession({ url, mode }: Running, token: string): Promise<Fields> {
  if (mode === "stateless") return {};
  const { headers } = await post(url, initialize, bearer(token));
  const session = { "mcp-session-id": headers["mcp-session-id"] };
  const ready: Message = { jsonrpc: "2.0", method: "notifications/initialized" };
  await post(url, ready, { ...session, ...bearer(token) });
  return session;
}
