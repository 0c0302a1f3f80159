import type { DevSts } from "@caracalai/dev-sts";
import { createKeyCache } from "@caracalai/transport-mcp";
import { type NotesServer, startNotesServer } from "notes-server";
import type { Revocations } from "./revocations.js";
import { type SteeredServer, startSteeredServer } from "./steered-server.js";

/** What a server of the demonstration is made of. */
export interface Setting {
  readonly sts: DevSts;
  readonly audience: string;
  readonly revocations: Revocations;
  /** An interpreter, for the server in Python; undefined for the one in TypeScript. */
  readonly python: string | undefined;
  /** For how long keys are served without a look at the STS. Default: 10 minutes. */
  readonly keyMaxAgeMs?: number;
}

/** Starts a notes server that knows what the STS revokes. */
export function startServer(setting: Setting): Promise<NotesServer | SteeredServer> {
  return setting.python === undefined
    ? inTypeScript(setting)
    : inPython({ ...setting, python: setting.python });
}

function inTypeScript({ sts, audience, revocations, keyMaxAgeMs }: Setting): Promise<NotesServer> {
  const config = {
    issuer: sts.issuer,
    audience,
    zoneIds: sts.zones,
    requireChainContains: [],
    host: "127.0.0.1",
    port: 0,
    stateless: false,
  };
  return startNotesServer(config, {
    revocations: revocations.store,
    ...(keyMaxAgeMs !== undefined && {
      keyCache: createKeyCache({ ttlMs: keyMaxAgeMs, maxAgeMs: keyMaxAgeMs }),
    }),
  });
}

async function inPython(setting: Setting & { readonly python: string }): Promise<SteeredServer> {
  const { sts, audience, revocations, python, keyMaxAgeMs } = setting;
  const age = String(keyMaxAgeMs);
  const server = await startSteeredServer({
    python: [python],
    environment: {
      CARACAL_ISSUER: sts.issuer,
      CARACAL_AUDIENCE: audience,
      CARACAL_ZONE_ID: sts.zones.join(),
      ...(keyMaxAgeMs !== undefined && { KEY_TTL_MS: age, KEY_MAX_AGE_MS: age }),
    },
  });
  revocations.tell(server);
  return server;
}
