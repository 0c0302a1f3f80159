import type { Principal } from "@caracalai/transport-mcp";
import type { ServerOptions } from "fastmcp";
import { currentContext } from "./call-context.js";
import type { Guard } from "./guard.js";

// What isn't seen can't be guarded: better no server than one that looks protected.
const DESCRIPTION = "This server is not protected";
const HINT =
  "It is made of a copy of FastMCP that protectServer does not know: another version, or the CommonJS one, required after protectServer was called.";

/** The answer of a server that was never seen to start. */
export function unknownCopyResponse(): Response {
  const body = { error: "server_error", error_description: DESCRIPTION, error_hint: HINT };
  return Response.json(body, { status: 500, headers: { "cache-control": "no-store" } });
}

/**
 * The options for roots as they were given, but that they can be read in the contexts alone in which
 * sessions are guarded. FastMCP reads them when it makes a session: over stdio and in memory, where
 * it asks for nothing else of ours, it then makes none that we don't see.
 */
export function guardedRoots(
  roots: ServerOptions<Principal>["roots"],
  guard: Guard,
): NonNullable<ServerOptions<Principal>["roots"]> {
  return Object.defineProperty({ ...roots }, "enabled", {
    enumerable: false,
    get: () => {
      if (currentContext()?.guard !== guard) throw new Error(`${DESCRIPTION}. ${HINT}`);
      return roots?.enabled;
    },
  });
}
