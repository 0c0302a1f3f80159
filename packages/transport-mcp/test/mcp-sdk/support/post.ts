import { once } from "node:events";
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

/** An answer over HTTP. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What is sent with a body. A list is sent as several headers of one name. */
export interface Sent {
  readonly authorization?: string | readonly string[];
  readonly contentType?: string;
}

/** Posts messages as JSON, or text as it is. */
export async function post(url: string, body: unknown, sent: Sent = {}): Promise<Answer> {
  const headers = {
    accept: "application/json, text/event-stream",
    "content-type": sent.contentType ?? "application/json",
    ...(sent.authorization !== undefined && { authorization: sent.authorization }),
  } as OutgoingHttpHeaders;
  const outgoing = request(url, { method: "POST", headers, timeout: 10_000 });
  outgoing.end(typeof body === "string" ? body : JSON.stringify(body));
  const [incoming] = await once(outgoing, "response");
  return { status: incoming.statusCode, headers: incoming.headers, text: await text(incoming) };
}

/** A JSON-RPC message that calls a tool. */
export function callOf(name: string, id = 1): object {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: {} } };
}
