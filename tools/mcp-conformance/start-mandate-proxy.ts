import { once } from "node:events";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";

/** What stands between clients without mandates and a protected server. */
export interface MandateProxy {
  /** Where to go instead of to the server: the same path on another port. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Passes requests on with a mandate, and answers back as they come, headers, streams and aborts as
 * they are: nothing that a server or a client could tell it from the other side by, but the mandate.
 *
 * @param mandate - asked for each request
 */
export async function startMandateProxy(
  target: string,
  mandate: () => string,
): Promise<MandateProxy> {
  const { origin, pathname } = new URL(target);
  const server = createServer((incoming, answer) => {
    forward(incoming, answer, origin, mandate());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${pathname}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function forward(
  incoming: IncomingMessage,
  answer: ServerResponse,
  origin: string,
  token: string,
): void {
  const outgoing = request(new URL(incoming.url ?? "/", origin), {
    method: incoming.method ?? "GET",
    // Host and Origin are the client's: the suite tries what a server makes of them.
    headers: { ...incoming.headers, authorization: `Bearer ${token}` },
  });
  outgoing.on("response", (response) => {
    answer.writeHead(response.statusCode ?? 502, response.headers);
    // A stream that has said nothing yet is open all the same.
    answer.flushHeaders();
    // Either side that goes takes the other with it.
    pipeline(response, answer, () => {});
  });
  outgoing.on("error", () => answer.destroy());
  answer.on("close", () => outgoing.destroy());
  pipeline(incoming, outgoing, () => {});
}
