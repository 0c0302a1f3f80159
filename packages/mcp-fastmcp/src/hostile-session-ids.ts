import type { IncomingMessage } from "node:http";

const HEADER = "mcp-session-id";

/**
 * Takes the sting out of a session id that names a member of `Object.prototype`.
 *
 * FastMCP's transport keeps its sessions in a plain object and looks the id up before anyone is
 * authenticated. For `__proto__` it finds `Object.prototype`, takes it for a session and writes to it:
 * after one such request no message parses any more, until the process is started anew. Its own ids
 * are UUIDs, so an id that is changed here was nobody's.
 */
export function disarmSessionId(request: IncomingMessage): void {
  const sessionId = request.headers[HEADER];
  if (typeof sessionId === "string" && sessionId in Object.prototype) {
    request.headers[HEADER] = "none";
  }
}
