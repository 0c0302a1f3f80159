import { FastMCP, type FastMCPSessionAuth, type ServerOptions } from "fastmcp";
import { addContentTools } from "./content-tools.js";
import { addElicitationTools } from "./elicitation-tools.js";
import { addPrompts } from "./prompts.js";
import { addResources } from "./resources.js";
import { addRunningTools } from "./running-tools.js";

/**
 * A FastMCP server with everything that the suite's scenarios ask servers for, as far as FastMCP has
 * it. Whether it is protected is a matter of its options alone.
 */
export function conformanceServer<T extends FastMCPSessionAuth>(
  options: ServerOptions<T>,
): FastMCP<T> {
  const server = new FastMCP(options);
  addContentTools(server);
  addRunningTools(server);
  addElicitationTools(server);
  addResources(server);
  addPrompts(server);
  return server;
}
