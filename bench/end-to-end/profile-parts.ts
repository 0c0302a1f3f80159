import type { Profiler } from "node:inspector";

/** Whose work a sample of a profile shows. */
export type Part =
  | "FastMCP, mcp-proxy, MCP SDK"
  | "other libraries"
  | "Node"
  | "asynchronous context"
  | "garbage collection"
  | "mcp-fastmcp"
  | "transport-mcp"
  | "identity"
  | "revocation"
  | "the server's own code";

type Node = Profiler.ProfileNode;

/** Which share of a server's busy time each part has. */
export function sharesOf(profile: Profiler.Profile): Readonly<Partial<Record<Part, number>>> {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const parents = new Map<number, Node>();
  for (const node of profile.nodes) {
    for (const child of node.children ?? []) parents.set(child, node);
  }
  const micros: Partial<Record<Part, number>> = {};
  let busy = 0;
  for (const [at, id] of (profile.samples ?? []).entries()) {
    const node = nodes.get(id);
    if (node === undefined || node.callFrame.functionName === "(idle)") continue;
    const time = profile.timeDeltas?.[at] ?? 0;
    const part = partOf(node, parents);
    if (part === undefined) continue;
    micros[part] = (micros[part] ?? 0) + time;
    busy += time;
  }
  return Object.fromEntries(Object.entries(micros).map(([part, time]) => [part, time / busy]));
}

/**
 * What Node does belongs to whoever has called it; what nobody has called, to Node.
 *
 * @returns undefined for what the profile itself takes
 */
function partOf(node: Node, parents: ReadonlyMap<number, Node>): Part | undefined {
  if (node.callFrame.functionName === "(garbage collector)") return "garbage collection";
  for (let each: Node | undefined = node; each !== undefined; each = parents.get(each.id)) {
    const { url } = each.callFrame;
    if (/^node:(?:internal\/)?async_hooks$/.test(url)) return "asynchronous context";
    if (url.endsWith("/end-to-end/profile.js")) return undefined;
    if (url.startsWith("file:")) return partOfFile(url);
  }
  return "Node";
}

function partOfFile(url: string): Part {
  const [, name] = /\/packages\/([^/]+)\//.exec(url) ?? [];
  if (name !== undefined) return name as Part;
  if (!url.includes("/node_modules/")) return "the server's own code";
  const isMcp = /\/node_modules\/(?:fastmcp|mcp-proxy|@modelcontextprotocol)\//.test(url);
  return isMcp ? "FastMCP, mcp-proxy, MCP SDK" : "other libraries";
}
