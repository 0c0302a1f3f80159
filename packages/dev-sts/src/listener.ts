import { createServer, type RequestListener, type Server } from "node:http";

/** An HTTP server that can go away and come back on the same port. */
export interface Listener {
  readonly port: number;
  pause(): Promise<void>;
  resume(): Promise<void>;
  close(): Promise<void>;
}

/** Listens on a host and port (0 is any free one). Rejects where the port cannot be had. */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
): Promise<Listener> {
  const server = createServer(handler);
  // A connection that a client keeps for later would break, not be refused, after a pause.
  server.maxRequestsPerSocket = 1;
  await opened(server, host, port);
  const address = server.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;

  let closed = false;
  return {
    port: bound,
    pause: () => ended(server),
    resume: async () => {
      if (closed) throw new Error("the STS was closed");
      if (!server.listening) await opened(server, host, bound);
    },
    close: () => {
      closed = true;
      return ended(server);
    },
  };
}

function opened(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // The name is taken to be IPv4, so that no resolver has a say in what is loopback.
    server.listen(port, host === "localhost" ? "127.0.0.1" : host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function ended(server: Server): Promise<void> {
  if (!server.listening) return;
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
