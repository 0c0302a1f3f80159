import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { recordBody } from "./called-items.js";
import { disarmSessionId } from "./hostile-session-ids.js";

let isObserving = false;

/** Begins to see requests before FastMCP does: every request to an HTTP server of this process. */
export function observeRequests(): void {
  if (isObserving) return;
  isObserving = true;
  subscribe("http.server.request.start", (message) => {
    const { request } = message as { readonly request: IncomingMessage };
    disarmSessionId(request);
    recordBody(request);
  });
}
