import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import { leaveCallContext } from "./call-context.js";
import { disarmSessionId } from "./hostile-session-ids.js";
import { joinAuthorizations } from "./legacy-sse.js";
import { observe } from "./observed-request.js";

let isObserving = false;

/** Begins to see requests before FastMCP does: every request to an HTTP server of this process. */
export function observeRequests(): void {
  if (isObserving) return;
  isObserving = true;
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as {
      readonly request: IncomingMessage;
      readonly response: ServerResponse;
    };
    leaveCallContext();
    disarmSessionId(request);
    joinAuthorizations(request);
    observe(request, response);
  });
}
