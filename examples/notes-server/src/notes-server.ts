import { createServer } from "node:net";
import { protectServer } from "@caracalai/mcp-fastmcp";
import type { RevocationStore } from "@caracalai/revocation";
import { createMandateVerifier, type KeyCache, type Principal } from "@caracalai/transport-mcp";
import { FastMCP, type ServerOptions } from "fastmcp";
import type { NotesConfig } from "./config.js";
import { addNotes } from "./notes.js";

/** What a notes server is given beside its configuration. */
export interface NotesDependencies {
  readonly revocations: RevocationStore;
  readonly keyCache?: KeyCache;
  readonly logger?: NonNullable<ServerOptions<Principal>["logger"]>;
}

/** A notes server that is listening. */
export interface NotesServer {
  /** Its MCP endpoint. */
  readonly url: string;
  stop(): Promise<void>;
}

const ENDPOINT = "/mcp";
const ATTEMPTS = 5;

/** Starts a notes server. Rejects where its configuration is wrong or the port is taken. */
export async function startNotesServer(
  config: NotesConfig,
  { revocations, keyCache, logger }: NotesDependencies,
): Promise<NotesServer> {
  const verifier = createMandateVerifier({
    issuer: config.issuer,
    audience: config.audience,
    zoneId: config.zoneIds,
    revocations,
    keyCache,
    requiredScopes: ["mcp:tool:call"],
    requireChainContains: config.requireChainContains,
  });
  const server = new FastMCP(
    protectServer({ name: "notes", version: "0.1.0", ...(logger && { logger }) }, { verifier }),
  );
  addNotes(server);

  const port = await listen(server, config);
  const host = config.host.includes(":") ? `[${config.host}]` : config.host;
  return { url: `http://${host}:${port}${ENDPOINT}`, stop: () => server.stop() };
}

/** FastMCP does not tell which port it got for 0: one is chosen beforehand, and again if it is gone. */
async function listen(
  server: FastMCP<Principal>,
  { host, port, stateless }: NotesConfig,
): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port === 0 ? await freePort(host) : port;
    try {
      await server.start({
        transportType: "httpStream",
        httpStream: { host, port: chosen, endpoint: ENDPOINT, basePath: "/", stateless },
      });
      return chosen;
    } catch (error) {
      const isTaken = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
      if (port !== 0 || !isTaken || attempt === ATTEMPTS) throw error;
    }
  }
}

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
