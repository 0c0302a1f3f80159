import process from "node:process";
import { createMandateVerifier, protectServer } from "@caracalai/mcp-fastmcp";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import type { FastMCP, FastMCPSessionAuth } from "fastmcp";
import { conformanceServer } from "./conformance-server.js";

// A process is protected or it is not: protection sees to all servers of the process that has it.
const { CARACAL, PORT, STATELESS } = process.env;
const options = { name: "conformance", version: "1.0.0" } as const;

if (CARACAL === undefined) await start(conformanceServer(options));
else await start(conformanceServer(protectServer(options, { verifier: verifierOf(CARACAL) })));

function verifierOf(json: string) {
  return createMandateVerifier({
    ...JSON.parse(json),
    revocations: new InMemoryRevocationStore(),
  });
}

function start<T extends FastMCPSessionAuth>(server: FastMCP<T>): Promise<void> {
  return server.start({
    transportType: "httpStream",
    httpStream: { host: "127.0.0.1", port: Number(PORT), stateless: STATELESS === "1" },
  });
}
