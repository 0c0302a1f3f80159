import { type Answer, type Fields, openStream, type Sent, type Stream, send } from "./http.js";
import { initialize, type Message, type Reply, repliesIn } from "./messages.js";
import type { Running } from "./start-server.js";

/** An answer of an MCP endpoint. */
export interface McpAnswer extends Answer {
  readonly replies: readonly Reply[];
}

/** Messages, or text as it is, or text in several chunks. */
export type Body = Message | readonly Message[] | string | readonly string[];

export function bearer(token: string | undefined): Fields {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Posts a body to an MCP endpoint. */
export async function post(url: string, body: Body, headers: Fields = {}): Promise<McpAnswer> {
  const answer = await send(url, posted(body, headers));
  return { ...answer, replies: repliesIn(answer.text) };
}

/** The same, without waiting for the end of the answer. */
export function postForStream(url: string, body: Body, headers: Fields = {}): Promise<Stream> {
  return openStream(url, posted(body, headers));
}

/** Opens the stream on which a session's server speaks of its own accord. */
export function listen(url: string, headers: Fields): Promise<Stream> {
  return openStream(url, { headers: { accept: "text/event-stream", ...headers } });
}

/** Opens a session where the server has sessions. Its id is in the headers that come out. */
export async function openSession(
  { url, mode }: Running,
  token: string,
  others: Fields = {},
): Promise<Fields> {
  if (mode === "stateless") return {};
  const { headers } = await post(url, initialize, { ...others, ...bearer(token) });
  const session = { "mcp-session-id": headers["mcp-session-id"] };
  const ready: Message = { jsonrpc: "2.0", method: "notifications/initialized" };
  await post(url, ready, { ...others, ...session, ...bearer(token) });
  return session;
}

/** A body as it is posted. */
export function posted(body: Body, headers: Fields): Sent {
  const isChunks = Array.isArray(body) && body.every((chunk) => typeof chunk === "string");
  return {
    method: "POST",
    headers: {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      ...headers,
    },
    chunks: isChunks ? body : [typeof body === "string" ? body : JSON.stringify(body)],
  };
}
