import { once } from "node:events";
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { text } from "node:stream/consumers";

/** Headers by name, in lower case; a list is sent as several of one name. */
export type Fields = Readonly<Record<string, string | number | string[] | undefined>>;

/** What is sent. */
export interface Sent {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly headers?: Fields;
  /** In one write each. */
  readonly chunks?: readonly (string | Buffer)[];
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One HTTP request, exactly as given. */
export async function send(url: string, sent: Sent = {}): Promise<Answer> {
  // Node sends several of any name; its types forbid that for some.
  const headers = { ...sent.headers } as OutgoingHttpHeaders;
  const outgoing = request(url, { method: sent.method ?? "GET", headers });
  const answered = once(outgoing, "response");
  // A server may answer, and close, before it has read everything.
  outgoing.on("error", () => {});
  for (const chunk of sent.chunks ?? []) outgoing.write(chunk);
  outgoing.end();
  const [incoming] = await answered;
  return { status: incoming.statusCode, headers: incoming.headers, text: await text(incoming) };
}
