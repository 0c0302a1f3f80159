import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createDevSts } from "@caracalai/dev-sts";
import { signEvent } from "@caracalai/revocation-redis";
import { createClient } from "redis";
import { KEY, REVOCATIONS } from "../../packages/revocation-redis/test/support/events.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { type Distribution, distributionOf } from "./distribution.js";
import type { InstanceSetting, Said } from "./instance.js";

/** How long a revocation is on its way, in milliseconds from the moment its XADD is sent. */
export interface Propagation {
  readonly kind: InstanceSetting["kind"];
  /** Until the reply to XADD. */
  readonly acknowledged: Distribution;
  /** Until one instance refuses the mandate, for each of them. */
  readonly each: Distribution;
  /** Until all of them do. */
  readonly all: Distribution;
}

const INSTANCES = 3;
const AUDIENCE = "https://mcp.example.com";

/** Revokes mandates one after the other, with instances that are processes of their own. */
export async function measurePropagation(
  kind: InstanceSetting["kind"],
  events: number,
): Promise<Propagation> {
  const server = await startRedis();
  const sts = await createDevSts({ audience: AUDIENCE, announce: () => {} });
  const client = createClient({ url: server.url });
  await client.connect();
  const setting = { kind, url: server.url, issuer: sts.issuer, audience: AUDIENCE };
  const instances = Array.from({ length: INSTANCES }, () =>
    fork(fileURLToPath(new URL("./instance.js", import.meta.url))),
  );
  try {
    for (const instance of instances) {
      instance.send({ ...setting, zoneId: "zone_dev" } satisfies InstanceSetting);
      await said(instance);
    }
    const publish = (sid: string): Promise<unknown> => {
      const fields = { zone_id: "zone_dev", reason: "logout", session_id: sid };
      const _sig = signEvent(REVOCATIONS, fields, KEY);
      const list = Object.entries({ ...fields, _sig }).flat();
      return client.sendCommand(["XADD", REVOCATIONS, "MAXLEN", "~", "100000", "*", ...list]);
    };
    const acknowledged: number[] = [];
    const each: number[][] = [];
    for (let turn = 0; turn < events; turn += 1) {
      const sid = `session-${turn}`;
      const token = sts.mint({ sid, root_sid: sid });
      await Promise.all(instances.map((it) => tell(it, { token })));
      // Not in step with anything that the instances do at fixed times.
      await sleep(Math.random() * 30);
      const refusals = instances.map((it) => said(it));
      const sentAt = process.hrtime.bigint();
      await publish(sid);
      acknowledged.push(millisecondsSince(sentAt, process.hrtime.bigint()));
      const times = await Promise.all(refusals);
      each.push(times.map((it) => millisecondsSince(sentAt, refusedAt(it))));
    }
    return {
      kind,
      acknowledged: distributionOf(acknowledged),
      each: distributionOf(each.flat()),
      all: distributionOf(each.map((times) => Math.max(...times))),
    };
  } finally {
    for (const instance of instances) instance.kill("SIGKILL");
    client.destroy();
    await Promise.all([sts.close(), server.stop()]);
  }
}

async function tell(instance: ChildProcess, message: object): Promise<void> {
  instance.send(message);
  await said(instance);
}

async function said(instance: ChildProcess): Promise<Said> {
  const [message] = await once(instance, "message");
  return message as Said;
}

function refusedAt(message: Said): bigint {
  if (typeof message === "string") throw new Error(`An instance said ${message}.`);
  return BigInt(message.refusedAt);
}

function millisecondsSince(start: bigint, end: bigint): number {
  return Number(end - start) / 1e6;
}
