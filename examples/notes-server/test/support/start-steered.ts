import type { DevSts } from "@caracalai/dev-sts";
import { createKeyCache } from "@caracalai/transport-mcp";
import { vi } from "vitest";
import type { Revocations } from "../../../demo/src/revocations.js";
import { startSteeredServer } from "../../../demo/src/steered-server.js";
import { cleanUp } from "./clean-up.js";
import type { Mode } from "./modes.js";
import { environmentOf } from "./start-server.js";
import { AUDIENCE } from "./start-sts.js";
import { FORKED_PYTHON, IS_PYTHON } from "./under-test.js";

// What serves HTTP below FastMCP logs every stream, and takes no logger.
vi.spyOn(console, "log").mockReturnValue(undefined);
const quiet = { debug() {}, error() {}, info() {}, log() {}, warn() {} };

/** What can't be had by variables alone. */
export interface Steering {
  readonly revocations: Revocations;
  /** For how long keys are kept without a look at the STS. Default: 5 minutes. */
  readonly keyTtlMs?: number;
}

/**
 * A notes server whose revocations a test writes: in TypeScript in the test's own process, in Python
 * in one that is told.
 *
 * @returns its URL
 */
export async function startSteered(sts: DevSts, mode: Mode, steering: Steering): Promise<string> {
  const server = await (IS_PYTHON ? inPython : inProcess)(sts, mode, steering);
  cleanUp(() => server.stop());
  return server.url;
}

async function inProcess(sts: DevSts, { stateless }: Mode, { revocations, keyTtlMs }: Steering) {
  // Tests of the server in Python need not wait for it.
  const { startNotesServer } = await import("../../src/notes-server.js");
  return startNotesServer(
    {
      issuer: sts.issuer,
      audience: AUDIENCE,
      zoneIds: sts.zones,
      requireChainContains: [],
      host: "127.0.0.1",
      port: 0,
      stateless,
    },
    {
      logger: quiet,
      revocations: revocations.store,
      ...(keyTtlMs !== undefined && { keyCache: createKeyCache({ ttlMs: keyTtlMs }) }),
    },
  );
}

async function inPython(sts: DevSts, mode: Mode, { revocations, keyTtlMs }: Steering) {
  const server = await startSteeredServer({
    python: FORKED_PYTHON,
    environment: {
      ...environmentOf(sts),
      ...mode.environment,
      ...(keyTtlMs !== undefined && { KEY_TTL_MS: String(keyTtlMs) }),
    },
  });
  revocations.tell(server);
  return server;
}
