import { setTimeout as sleep } from "node:timers/promises";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { ConfigurationError as RedisConfigurationError } from "@caracalai/revocation-redis";
import { ConfigurationError } from "@caracalai/transport-mcp";
import { ConfigError, nameVariable, readConfig } from "./config.js";
import { readRedisConfig } from "./redis-config.js";

/** Whatever does not end by then is cut off. */
const STOP_DEADLINE_MS = 8_000;

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
  const config = readConfig(process.env);
  const redis = readRedisConfig(process.env);
  // What takes long to load is loaded for an environment that can be right.
  const { connectRevocations } = await import("./connect-revocations.js");
  const { startNotesServer } = await import("./notes-server.js");
  const report = (line: string) => console.error(`notes-server: ${line}`);
  const shared = redis && (await connectRevocations(redis, report));
  const server = await startNotesServer(config, {
    revocations: shared?.revocations ?? new InMemoryRevocationStore(),
  });
  const stop = async () => {
    await server.stop();
    await shared?.stop();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      void Promise.race([stop(), sleep(STOP_DEADLINE_MS)]).finally(() => process.exit(0));
    });
  }
  process.stdout.write(`${JSON.stringify({ ready: true, url: server.url })}\n`);
} catch (error) {
  const isHost = ["ENOTFOUND", "EAI_AGAIN", "EADDRNOTAVAIL"].includes(Object(error).code);
  const isConfiguration =
    isHost ||
    [ConfigError, ConfigurationError, RedisConfigurationError].some((it) => error instanceof it);
  const message = error instanceof Error ? error.message : String(error);
  const complaint = isHost ? `HOST is no address of this machine (${message})` : message;
  console.error(`notes-server: ${isConfiguration ? nameVariable(complaint) : complaint}`);
  process.exit(isConfiguration ? 2 : 1);
}
