// Without type annotations: Node runs it as it is. Over stdio, with the mandate that TOKEN is, or with
// what the code in SOURCE_FILE comes to, each time that it is asked.
import { readFileSync } from "node:fs";
import { runInThisContext } from "node:vm";
import {
  currentPrincipal,
  protectPrompt,
  protectResource,
  protectServer,
  protectTool,
} from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier } from "@caracalai/transport-mcp";
import { FastMCP } from "fastmcp";

const { ISSUER = "", TOKEN, SOURCE_FILE } = process.env;
const revocations = new InMemoryRevocationStore();
const verifier = createMandateVerifier({
  issuer: ISSUER,
  audience: "https://mcp.example.com",
  zoneId: "zone_dev",
  requiredScopes: ["mcp:tool:call"],
  revocations,
});
const processMandate =
  SOURCE_FILE === undefined
    ? TOKEN
    : () => runInThisContext(`(${readFileSync(SOURCE_FILE, "utf8")})()`);
const server = new FastMCP(
  protectServer({ name: "child", version: "1.0.0" }, { verifier, processMandate }),
);

const run = () => {
  console.error("RAN");
  const { sub, mandate } = currentPrincipal();
  return `${sub} ${mandate.sid}`;
};
const route = { requiredScopes: ["notes:write"] };

server.addTool({
  name: "open",
  execute: async (_, { session }) => `${run()} ${session?.mandate.sid}`,
});
server.addTool(
  protectTool(route, {
    name: "write",
    execute: async (_, { session }) => `${run()} ${session?.mandate.sid}`,
  }),
);
server.addTool({ name: "hidden", canAccess: () => false, execute: async () => run() });
server.addTool({
  name: "revoke",
  execute: async (_, { session }) => {
    revocations.markRevoked(session?.mandate.sid ?? "");
    return "revoked";
  },
});
server.addTool({
  name: "work",
  execute: async (_, { session, signal }) => {
    revocations.markRevoked(session?.mandate.sid ?? "");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    console.error(`ABORTED ${signal.reason.code}`);
    return "worked";
  },
});
server.addResource({
  uri: "notes://open",
  name: "open",
  load: async (session) => ({ text: `${run()} ${session?.mandate.sid}` }),
});
server.addResource(
  protectResource(route, {
    uri: "notes://write",
    name: "write",
    load: async (session) => ({ text: `${run()} ${session?.mandate.sid}` }),
  }),
);
server.addPrompt({
  name: "open",
  load: async (_, session) => `${run()} ${session?.mandate.sid}`,
});
server.addPrompt(
  protectPrompt(route, {
    name: "write",
    load: async (_, session) => `${run()} ${session?.mandate.sid}`,
  }),
);

await server.start({ transportType: "stdio" });
