// A notes server in a process of its own, so that its processor time is its own as well.
import process from "node:process";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { startNotesServer } from "notes-server";
import { startUnprotectedServer } from "./unprotected-server.js";

/** What a server is told first. */
export interface ServerSetting {
  readonly isProtected: boolean;
  readonly stateless: boolean;
  readonly issuer: string;
  readonly audience: string;
  readonly zoneId: string;
}

/** What it says: where it listens, and then, when it is asked, how much it has worked. */
export type ServerSaid =
  | { readonly url: string }
  /** User and system time of all its threads so far, in microseconds. */
  | { readonly processorMicros: number };

const say = (said: ServerSaid): unknown => process.send?.(said);

// What FastMCP and libraries announce is no news here.
for (const level of ["log", "info", "debug", "warn"] as const) console[level] = () => {};

process.once("message", async (setting: ServerSetting) => {
  const { isProtected, stateless, issuer, audience, zoneId } = setting;
  const { url } = isProtected
    ? await startNotesServer(
        {
          issuer,
          audience,
          zoneIds: [zoneId],
          requireChainContains: [],
          host: "127.0.0.1",
          port: 0,
          stateless,
        },
        { revocations: new InMemoryRevocationStore() },
      )
    : await startUnprotectedServer(stateless);
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    say({ processorMicros: user + system });
  });
  // Nothing is left behind where the one that asks has ended.
  process.once("disconnect", () => process.exit());
  say({ url });
});
