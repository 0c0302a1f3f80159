import { signEvent } from "@caracalai/revocation-redis";
import type { RedisServer } from "./redis-server.js";

export const REVOCATIONS = "caracal.sessions.revoke";
export const DELEGATIONS = "caracal.delegations.invalidate";
export const REVOCATION_GROUP = "resource-revocation";
export const LOSS_KEY = `{${REVOCATIONS}}.loss.${REVOCATION_GROUP}`;
export const KEY = "0123456789abcdef".repeat(4);

/** Sends an event as producers do: signed, with a bound for the stream's length. */
export async function publish(
  server: RedisServer,
  stream: string,
  fields: Readonly<Record<string, string>>,
  key = KEY,
): Promise<string> {
  const signature = signEvent(stream, fields, key);
  const list = [...Object.entries(fields).flat(), "_sig", signature];
  return String(await server.command("XADD", stream, "MAXLEN", "~", "100000", "*", ...list));
}

/** Sends the revocation of one session. */
export function revoke(server: RedisServer, session: string): Promise<string> {
  return publish(server, REVOCATIONS, { zone_id: "zone", reason: "logout", session_id: session });
}
