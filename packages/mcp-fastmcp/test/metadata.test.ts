import { protectServer, type ServerProtection } from "@caracalai/mcp-fastmcp";
import { FastMCP } from "fastmcp";
import { describe, expect, test } from "vitest";
import { send } from "./support/http.js";
import { callTool } from "./support/messages.js";
import { post } from "./support/post.js";
import { serverOptions } from "./support/sample-server.js";
import { startForFile } from "./support/start-server.js";
import { AUDIENCE, stsOfFile, verifierFor } from "./support/sts.js";

const WELL_KNOWN = "/.well-known/oauth-protected-resource";
const sts = await stsOfFile();
const verifier = verifierFor(sts, { requiredScopes: ["mcp:tool:call", "notes:read"] });

interface Case {
  readonly name: string;
  readonly protection: ServerProtection;
  readonly document: object;
  readonly address: string;
}

const cases: readonly Case[] = [
  {
    name: "by default",
    protection: { verifier },
    document: {
      resource: AUDIENCE,
      authorization_servers: [sts.issuer],
      scopes_supported: ["mcp:tool:call", "notes:read"],
    },
    address: `${AUDIENCE}${WELL_KNOWN}`,
  },
  {
    name: "without scopes",
    protection: { verifier: verifierFor(sts) },
    document: { resource: AUDIENCE, authorization_servers: [sts.issuer] },
    address: `${AUDIENCE}${WELL_KNOWN}`,
  },
  {
    name: "of a resource with a path",
    protection: { verifier: verifierFor(sts, { audience: "https://a.example/api/mcp" }) },
    document: { resource: "https://a.example/api/mcp", authorization_servers: [sts.issuer] },
    address: `https://a.example${WELL_KNOWN}/api/mcp`,
  },
  {
    name: "as told",
    protection: {
      verifier,
      resource: "https://b.example/mcp",
      authorizationServers: ["https://sts-1.example", "https://sts-2.example"],
      scopesSupported: ["a", "b"],
    },
    document: {
      resource: "https://b.example/mcp",
      authorization_servers: ["https://sts-1.example", "https://sts-2.example"],
      scopes_supported: ["a", "b"],
    },
    address: `https://b.example${WELL_KNOWN}/mcp`,
  },
];

describe.each(cases)("metadata $name", async ({ protection, document, address }) => {
  const server = new FastMCP(protectServer(serverOptions, protection));
  const { origin, url } = await startForFile(server, "stateless");

  test.each([WELL_KNOWN, `${WELL_KNOWN}/mcp`])("at %s", async (path) => {
    const answer = await send(`${origin}${path}`);
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toMatch(/^application\/json\b/);
    expect(JSON.parse(answer.text)).toStrictEqual({
      ...document,
      bearer_methods_supported: ["header"],
    });
  });

  test("is where the challenge says", async () => {
    const { headers } = await post(url, callTool("a"));
    expect(headers["www-authenticate"]).toContain(`resource_metadata="${address}"`);
  });
});
