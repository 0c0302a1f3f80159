import { AsyncLocalStorage } from "node:async_hooks";
import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { FastMCP } from "fastmcp";
import { z } from "zod";
import { freePort } from "../../tools/test-support/free-port.js";

const NOTES: ReadonlyMap<string, string> = new Map([
  ["1", "Water the plants"],
  ["2", "Call the bank"],
]);

const asText = () => [...NOTES].map(([id, text]) => `${id}: ${text}`).join("\n");

/**
 * The notes server without protection: as many tools, resources and prompts, of the same names and
 * parameters, as each of them costs FastMCP something with every session.
 *
 * @param authenticate - FastMCP's function that is asked about each request, if any
 */
export async function startUnprotectedServer(
  stateless: boolean,
  authenticate: Authenticate | undefined,
): Promise<{ readonly url: string }> {
  const server = new FastMCP({
    name: "notes",
    version: "0.1.0",
    ...(authenticate && { authenticate }),
  });
  const execute = async () => asText();
  const tool = { description: "Of the notes server.", execute };
  server.addTool({ ...tool, name: "whoami" });
  server.addTool({ ...tool, name: "read_notes" });
  const id = z.object({ id: z.string().optional() });
  server.addTool({ ...tool, name: "delete_notes", parameters: id });
  const amount = z.object({ amount: z.number().positive().optional() });
  server.addTool({ ...tool, name: "pay", parameters: amount });
  const seconds = z.object({ seconds: z.number().min(0).max(600) });
  server.addTool({ ...tool, name: "slow", parameters: seconds });
  server.addResource({
    uri: "notes://all",
    name: "All notes",
    mimeType: "text/plain",
    load: async () => ({ text: asText() }),
  });
  server.addPrompt({ name: "summarise", description: "Of the notes server.", load: execute });

  const port = await freePort();
  await server.start({
    transportType: "httpStream",
    httpStream: { host: "127.0.0.1", port, endpoint: "/mcp", stateless },
  });
  return { url: `http://127.0.0.1:${port}/mcp` };
}

type Caller = Record<string, unknown>;
type Authenticate = (request: IncomingMessage | undefined) => Promise<Caller>;

/**
 * Lets anyone in, and follows callers from there to the tools: the least that protection of any kind is
 * made of.
 */
export function anyone(): Authenticate {
  const follow = followCallers();
  return async () => follow({ sub: "anyone" });
}

/**
 * The least that recognising a mandate is made of, beside letting anyone in: the token out of its header,
 * the digest of it, a look at what is remembered by it, at the clock, and at three revocation anchors. It
 * remembers whatever it is sent, has no owners of sessions, ends no streams and judges no messages: it is
 * here to be timed.
 */
export function leastCheck(): Authenticate {
  const follow = followCallers();
  const known = new Map<string, { readonly caller: Caller; readonly exp: number }>();
  const revoked = new Set<string>();
  return async (request) => {
    const token = request?.headers.authorization?.slice("Bearer ".length) ?? "";
    const digest = sha256(token);
    let found = known.get(digest);
    if (found === undefined) {
      const [, payload = ""] = token.split(".");
      const { exp, ...caller } = JSON.parse(Buffer.from(payload, "base64url").toString());
      found = { caller, exp };
      known.set(digest, found);
    }
    const { caller, exp } = found;
    const isOver = Date.now() >= exp * 1_000;
    const anchors = [caller.sid, caller.root_sid, caller.agent_session_id] as string[];
    if (isOver || anchors.some((anchor) => revoked.has(anchor))) {
      throw new Response(null, { status: 401 });
    }
    return follow(caller);
  };
}

const sha256 = (token: string) => hash("sha256", token, "base64");

function followCallers(): (caller: Caller) => Caller {
  const callers = new AsyncLocalStorage<Caller | undefined>();
  callers.enterWith(undefined);
  return (caller) => {
    callers.enterWith(caller);
    return caller;
  };
}
