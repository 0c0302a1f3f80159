import {
  currentPrincipal,
  type ProtectableServerOptions,
  protectPrompt,
  protectResource,
  protectServer,
  protectTool,
  type ServerProtection,
} from "@caracalai/mcp-fastmcp";
import type { MandateVerifier, Principal } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";
import { z } from "zod";
import { silentLogger } from "./silent-logger.js";

/** Needed for everything that is called `…write…`, on top of the server's defaults. */
export const WRITE = { requiredScopes: ["notes:write"] };

export interface Sample {
  readonly server: FastMCP<Principal>;
  /** What ran, in order. */
  readonly runs: string[];
}

export const serverOptions: ProtectableServerOptions = {
  name: "sample",
  version: "1.0.0",
  logger: silentLogger,
};

/** A server with something of every kind, for everyone and for some. */
export function sampleServer(
  verifier: MandateVerifier,
  options: Partial<ProtectableServerOptions> = {},
  protection: Partial<ServerProtection> = {},
): Sample {
  const runs: string[] = [];
  const noting = (name: string) => async () => {
    runs.push(name);
    return name;
  };
  const loading = (uri: string) => async () => ({ text: await noting(uri)() });

  const server = new FastMCP(
    protectServer({ ...serverOptions, ...options }, { verifier, ...protection }),
  );
  server.addTool({ name: "open", execute: noting("open") });
  server.addTool({ name: "whoami", execute: async () => currentPrincipal().sub });
  server.addTool(
    protectTool(WRITE, {
      name: "write",
      parameters: z.object({ id: z.string().optional() }),
      execute: noting("write"),
    }),
  );
  server.addTools([
    protectTool({ requireAgent: true }, { name: "as_agent", execute: noting("as_agent") }),
    protectTool({ requireDelegation: true }, { name: "delegated", execute: noting("delegated") }),
    protectTool({ requireChainContains: ["app_7"] }, { name: "via_7", execute: noting("via_7") }),
    protectTool({ maxHopCount: 1 }, { name: "near", execute: noting("near") }),
  ]);
  server.addResources([
    { uri: "notes://open", name: "open", load: loading("notes://open") },
    protectResource(WRITE, { uri: "notes://write", name: "w", load: loading("notes://write") }),
  ]);
  server.addResourceTemplate({
    uriTemplate: "templates://{id}",
    name: "template",
    arguments: [{ name: "id", required: true }],
    load: loading("templates://1"),
  });
  server.addPrompts([
    { name: "open_prompt", load: noting("open_prompt") },
    protectPrompt(WRITE, { name: "write_prompt", load: noting("write_prompt") }),
  ]);
  return { server, runs };
}
