import { randomUUID } from "node:crypto";
import { cpSync, rmSync } from "node:fs";
import { afterAll } from "vitest";

const dist = new URL("../../../../node_modules/fastmcp/dist/", import.meta.url);
// Inside the repository, so that it finds what it imports.
const folder = new URL("../../../../node_modules/.cache/mcp-fastmcp/", import.meta.url);

/** FastMCP a second time, as a program gets it that depends on two versions. Gone with the file. */
export async function otherCopy(): Promise<typeof import("fastmcp")> {
  const copy = new URL(`${randomUUID()}/`, folder);
  cpSync(dist, copy, { recursive: true });
  afterAll(() => rmSync(copy, { recursive: true }));
  return import(new URL("FastMCP.js", copy).href);
}
