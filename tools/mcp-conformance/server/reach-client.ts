import { EmptyResultSchema } from "@modelcontextprotocol/sdk/types.js";
import type { FastMCP, FastMCPSession, FastMCPSessionAuth } from "fastmcp";

const PING_DEADLINE_MS = 250;
const ATTEMPTS = 40;

/** How long a client may take to answer a question of ours. Without sessions no answer arrives. */
export const CLIENT_DEADLINE_MS = 2_000;

/**
 * Waits until a session's client can be told something that is no answer. FastMCP tells it on a stream
 * that clients open beside their first calls, and what it tells before that is lost.
 *
 * @returns the session, or undefined where there is none: in stateless mode
 */
export async function reachClient<T extends FastMCPSessionAuth>(
  server: FastMCP<T>,
  sessionId: string | undefined,
): Promise<FastMCPSession<T> | undefined> {
  const session = server.sessions.find((each) => each.sessionId === sessionId);
  if (sessionId === undefined || session === undefined) return undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const ping = session.server.request({ method: "ping" }, EmptyResultSchema, {
      timeout: PING_DEADLINE_MS,
    });
    const isThere = await ping.then(
      () => true,
      () => false,
    );
    if (isThere) return session;
  }
  throw new Error("The client has no open stream");
}
