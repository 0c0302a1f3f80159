import { once } from "node:events";
import {
  type Agent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
} from "node:http";
import { text } from "node:stream/consumers";

/** Headers by name, in lower case; a list is sent as several of one name. */
export type Fields = Readonly<Record<string, string | number | string[] | undefined>>;

/** What is sent. */
export interface Sent {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly headers?: Fields;
  /** In one write each. */
  readonly chunks?: readonly (string | Buffer)[];
  /** Whose connections to use. Default: Node's own, for all. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** Everything that a client can see of it, but for the date. */
  readonly seen: string;
}

/** An answer that is still coming in. */
export interface Stream {
  readonly status: number;
  /** What came in by now. */
  text(): string;
  /** Whether more may come. */
  isOpen(): boolean;
  /** Once it ended, or was cut off. */
  readonly ended: Promise<void>;
  /** Goes away. */
  close(): void;
}

/** One HTTP request, exactly as given. */
export async function send(url: string, sent: Sent = {}): Promise<Answer> {
  const incoming = await begin(url, sent);
  const body = await text(incoming);
  return {
    status: Number(incoming.statusCode),
    headers: incoming.headers,
    text: body,
    seen: [statusLine(incoming), ...fieldsOf(incoming), body].join("\n"),
  };
}

/** The same, without waiting for the end of the answer. */
export async function openStream(url: string, sent: Sent = {}): Promise<Stream> {
  const incoming = await begin(url, sent);
  let received = "";
  incoming.setEncoding("utf8").on("data", (chunk) => {
    received += chunk;
  });
  // A stream that is cut off has an error as well; that it ended is all that is asked.
  incoming.on("error", () => {});
  return {
    status: Number(incoming.statusCode),
    text: () => received,
    isOpen: () => !incoming.closed,
    ended: new Promise((resolve) => incoming.once("close", () => resolve())),
    close: () => incoming.destroy(),
  };
}

async function begin(url: string, sent: Sent): Promise<IncomingMessage> {
  // Node sends several of any name; its types forbid that for some.
  const headers = { ...sent.headers } as OutgoingHttpHeaders;
  const { method = "GET", agent } = sent;
  const outgoing = request(url, { method, headers, ...(agent && { agent }) });
  const answered = once(outgoing, "response");
  // A server may answer, and close, before it has read everything.
  outgoing.on("error", () => {});
  for (const chunk of sent.chunks ?? []) outgoing.write(chunk);
  outgoing.end();
  const [incoming] = await answered;
  return incoming;
}

function statusLine({ statusCode, statusMessage }: IncomingMessage): string {
  return `${statusCode} ${statusMessage}`;
}

/** The fields as they were sent: in their order, in their letter case. */
function fieldsOf({ rawHeaders }: IncomingMessage): string[] {
  const fields: string[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() !== "date") {
      fields.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
    }
  }
  return fields;
}
