import type { IncomingMessage } from "node:http";

/** What an endpoint is asked. */
export interface Call {
  readonly request: IncomingMessage;
  readonly query: URLSearchParams;
}

/** What an endpoint answers; `body` is sent as JSON. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An endpoint: one method on one path. */
export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
  handle(call: Call): Reply | Promise<Reply>;
}
