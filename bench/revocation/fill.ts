import { randomUUID } from "node:crypto";
import { signEvent } from "@caracalai/revocation-redis";
import { createClient } from "redis";
import { KEY, REVOCATIONS } from "../../packages/revocation-redis/test/support/events.js";

const BATCH = 5_000;
const SET = `for _, anchor in ipairs(ARGV) do
  redis.call('SET', 'caracal:revoked:sessions:' .. anchor, '1', 'PX', 86400000)
end`;

/** What was written, and by how much the server's memory has grown, in bytes. */
export interface Filled {
  readonly anchors: readonly string[];
  readonly bytes: number;
}

/** Writes the keys of so many revoked anchors, as consumers leave them. */
export async function fillKeys(url: string, count: number): Promise<Filled> {
  const client = await createClient({ url }).connect();
  const before = await usedMemory(client);
  const anchors = Array.from({ length: count }, () => randomUUID());
  for (let at = 0; at < count; at += BATCH) {
    await client.sendCommand(["EVAL", SET, "0", ...anchors.slice(at, at + BATCH)]);
  }
  const bytes = (await usedMemory(client)) - before;
  client.destroy();
  return { anchors, bytes };
}

/** Adds signed events, as producers do. */
export async function fillStream(url: string, anchors: readonly string[]): Promise<void> {
  const client = await createClient({ url }).connect();
  for (let at = 0; at < anchors.length; at += BATCH) {
    await Promise.all(
      anchors.slice(at, at + BATCH).map((session_id) => {
        const fields = { zone_id: "zone_dev", reason: "logout", session_id };
        const _sig = signEvent(REVOCATIONS, fields, KEY);
        const list = Object.entries({ ...fields, _sig }).flat();
        return client.sendCommand(["XADD", REVOCATIONS, "*", ...list]);
      }),
    );
  }
  client.destroy();
}

interface Commands {
  sendCommand(args: string[]): Promise<unknown>;
}

async function usedMemory(client: Commands): Promise<number> {
  const info = String(await client.sendCommand(["INFO", "memory"]));
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}
