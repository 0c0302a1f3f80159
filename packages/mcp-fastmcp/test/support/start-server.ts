import type { Principal } from "@caracalai/transport-mcp";
import { type FastMCP, ServerState } from "fastmcp";
import { afterAll, onTestFinished } from "vitest";
import { freePort } from "../../../../tools/test-support/free-port.js";
import type { AtEnd } from "./module-process.js";

export type Mode = "stateless" | "stateful";

/** A FastMCP server that is listening. */
export interface Running {
  readonly mode: Mode;
  readonly origin: string;
  /** Its MCP endpoint. */
  readonly url: string;
}

const ATTEMPTS = 5;

/** Starts a server that stops with the file. */
export function startForFile(
  server: FastMCP<Principal>,
  mode: Mode,
  httpStream: { readonly enableJsonResponse?: boolean } = {},
): Promise<Running> {
  afterAll(() => stop(server));
  return start(server, mode, httpStream);
}

/** Starts a server that stops with the test. */
export function startForTest(
  server: FastMCP<Principal>,
  mode: Mode = "stateless",
  atEnd: AtEnd = onTestFinished,
): Promise<Running> {
  atEnd(() => stop(server));
  return start(server, mode);
}

async function stop(server: FastMCP<Principal>): Promise<void> {
  if (server.serverState === ServerState.Running) await server.stop();
}

async function start(
  server: FastMCP<Principal>,
  mode: Mode,
  httpStream: { readonly enableJsonResponse?: boolean } = {},
): Promise<Running> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      await server.start({
        transportType: "httpStream",
        httpStream: { ...httpStream, host: "127.0.0.1", port, stateless: mode === "stateless" },
      });
      const origin = `http://127.0.0.1:${port}`;
      return { mode, origin, url: `${origin}/mcp` };
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (!isTaken || attempt === ATTEMPTS) throw error;
    }
  }
}
