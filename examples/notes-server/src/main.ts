import { InMemoryRevocationStore } from "@caracalai/revocation";
import { ConfigurationError } from "@caracalai/transport-mcp";
import { ConfigError, nameVariable, readConfig } from "./config.js";
import { startNotesServer } from "./notes-server.js";

// Standard output belongs to the line that says we are ready. What libraries print goes elsewhere.
console.log = console.error;
// FastMCP announces each start and session here: no news, and beside an error one line too many.
console.info = () => {};
console.debug = () => {};

// FastMCP reads variables of its own, and would prefer them to what ours leave open.
for (const name of Object.keys(process.env)) {
  if (name.startsWith("FASTMCP_")) delete process.env[name];
}

try {
  const server = await startNotesServer(readConfig(process.env), {
    revocations: new InMemoryRevocationStore(),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void server.stop().finally(() => process.exit(0)));
  }
  process.stdout.write(`${JSON.stringify({ ready: true, url: server.url })}\n`);
} catch (error) {
  const isHost = ["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL"].includes(Object(error).code);
  const isConfiguration =
    isHost || error instanceof ConfigError || error instanceof ConfigurationError;
  const message = error instanceof Error ? error.message : String(error);
  const complaint = isHost ? `HOST is no address of this machine (${message})` : message;
  console.error(`notes-server: ${isConfiguration ? nameVariable(complaint) : complaint}`);
  process.exit(isConfiguration ? 2 : 1);
}
