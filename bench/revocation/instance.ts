import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import {
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationReplica,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { createMandateVerifier } from "@caracalai/transport-mcp";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import { connect } from "./connect.js";

/** What an instance is told first. */
export interface InstanceSetting {
  readonly kind: "store" | "replica";
  readonly url: string;
  readonly issuer: string;
  readonly audience: string;
  readonly zoneId: string;
}

/** What it is told of each revocation: the mandate that is going to be revoked. */
export interface Watch {
  readonly token: string;
}

/** What it says: that it is ready, that it has let the mandate in, and when it refused it first. */
export type Said = "ready" | "watching" | { readonly refusedAt: string };

/** Between two questions, in milliseconds: as exact as the result is for the shared store. */
const PAUSE_MS = 1;

const say = (said: Said): unknown => process.send?.(said);

process.once("message", async (setting: InstanceSetting) => {
  const { kind, url, issuer, audience, zoneId } = setting;
  const { redis } = await connect(url);
  const store = new RedisRevocationStore({ redis });
  const options = { redis, store, signatureKeys: [KEY] };
  const consumers = [new RedisRevocationConsumer(options), new RedisDelegationConsumer(options)];
  await Promise.all(consumers.map((consumer) => consumer.start()));
  const replica = new RedisRevocationReplica({
    redis,
    signatureKeys: [KEY],
    adoptUnmarkedAfterMs: 0,
  });
  if (kind === "replica") await replica.start();
  const revocations = kind === "replica" ? replica : store;
  const verifier = createMandateVerifier({ issuer, audience, zoneId, revocations });
  await verifier.warmup();

  let heard = (): void => {};
  replica.subscribe(() => heard());

  process.on("message", async ({ token }: Watch) => {
    const isRefused = async (): Promise<boolean> => !(await verifier.authenticate(token)).ok;
    if (await isRefused()) throw new Error("Refused before it was revoked.");
    // A replica tells of it: then the next answer counts. The shared store has to be asked.
    const next = () =>
      kind === "store"
        ? sleep(PAUSE_MS)
        : new Promise<void>((resolve) => {
            heard = resolve;
          });
    let waiting = next();
    say("watching");
    do {
      await waiting;
      waiting = next();
    } while (!(await isRefused()));
    // The monotonic clock is the same for all processes of a machine.
    say({ refusedAt: `${process.hrtime.bigint()}` });
  });
  say("ready");
});
