import type { IncomingMessage } from "node:http";
import { authorizationsOf } from "./authorizations.js";

/** Where FastMCP serves the legacy SSE transport, whether one wants it or not. */
const STREAM_PATH = "/sse";

/** How the addresses begin that FastMCP takes its messages at: any more may follow. */
const MESSAGES_PREFIX = "/messages";

/** Whether a request opens a session of the legacy SSE transport. */
export function opensLegacySse(request: IncomingMessage): boolean {
  return request.method === "GET" && pathOf(request) === STREAM_PATH;
}

/**
 * Has whoever reads the one header see that there were two: Node keeps the first and says nothing, and
 * the legacy SSE transport passes on no more than that. Which of two would the next server have taken?
 */
export function joinAuthorizations(request: IncomingMessage): void {
  if (request.method !== "POST" || !request.url?.startsWith(MESSAGES_PREFIX)) return;
  const values = authorizationsOf(request);
  if (values.length > 1) request.headers.authorization = values.join(", ");
}

function pathOf(request: IncomingMessage): string | undefined {
  const url = request.url ?? "/";
  const base = "http://localhost";
  return URL.canParse(url, base) ? new URL(url, base).pathname : undefined;
}
