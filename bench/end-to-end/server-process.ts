// A notes server in a process of its own, so that its processor time is its own as well.
import process from "node:process";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { startNotesServer } from "notes-server";
import { startProfile } from "./profile.js";
import { type Part, sharesOf } from "./profile-parts.js";
import { anyone, leastCheck, startUnprotectedServer } from "./unprotected-server.js";

/** Who is let in: see the servers; "mandates" are judged by the notes server's protection. */
export type Protection = "none" | "anyone" | "least" | "mandates";

/** What a server is told first. */
export interface ServerSetting {
  readonly protection: Protection;
  readonly stateless: boolean;
  readonly issuer: string;
  readonly audience: string;
  readonly zoneId: string;
}

/** What it is asked then: how much it has worked, or to begin or end a profile. */
export type Question = "usage" | "start-profile" | "stop-profile";

/** What it says: where it listens, and then the answers. */
export type ServerSaid =
  | { readonly url: string }
  /** User and system time of all its threads so far, in microseconds. */
  | { readonly processorMicros: number }
  /** Of its busy time while it was profiled. */
  | { readonly shares: Readonly<Partial<Record<Part, number>>> };

const say = (said: ServerSaid): unknown => process.send?.(said);

const AUTHENTICATE = { none: undefined, anyone, least: leastCheck };

// What FastMCP and libraries announce is no news here.
for (const level of ["log", "info", "debug", "warn"] as const) console[level] = () => {};

process.once("message", async (setting: ServerSetting) => {
  const { protection, stateless, issuer, audience, zoneId } = setting;
  const { url } =
    protection === "mandates"
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
      : await startUnprotectedServer(stateless, AUTHENTICATE[protection]?.());
  let stopProfile: Awaited<ReturnType<typeof startProfile>> | undefined;
  process.on("message", async (question: Question) => {
    if (question === "start-profile") stopProfile = await startProfile();
    const profile = question === "stop-profile" ? await stopProfile?.() : undefined;
    const { user, system } = process.cpuUsage();
    say(profile ? { shares: sharesOf(profile) } : { processorMicros: user + system });
  });
  // Nothing is left behind where the one that asks has ended.
  process.once("disconnect", () => process.exit());
  say({ url });
});
