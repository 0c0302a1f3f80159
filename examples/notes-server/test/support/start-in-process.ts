import type { DevSts } from "@caracalai/dev-sts";
import { vi } from "vitest";
import { type NotesDependencies, startNotesServer } from "../../src/notes-server.js";
import { cleanUp } from "./clean-up.js";
import type { Mode } from "./modes.js";
import { AUDIENCE } from "./start-sts.js";

// What serves HTTP below FastMCP logs every stream, and takes no logger.
vi.spyOn(console, "log").mockReturnValue(undefined);
const quiet = { debug() {}, error() {}, info() {}, log() {}, warn() {} };

/**
 * A notes server in the test's own process, for what can't be had by environment alone: a revocation
 * store that the test writes to, keys that are kept for a short time.
 *
 * @returns its URL
 */
export async function startInProcess(
  sts: DevSts,
  { stateless }: Mode,
  dependencies: NotesDependencies,
): Promise<string> {
  const server = await startNotesServer(
    {
      issuer: sts.issuer,
      audience: AUDIENCE,
      zoneIds: sts.zones,
      requireChainContains: [],
      host: "127.0.0.1",
      port: 0,
      stateless,
    },
    { logger: quiet, ...dependencies },
  );
  cleanUp(() => server.stop());
  return server.url;
}
