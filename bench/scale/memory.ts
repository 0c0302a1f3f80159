import { randomUUID } from "node:crypto";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { RedisRevocationReplica } from "@caracalai/revocation-redis";
import type { Decision } from "@caracalai/transport-mcp";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { connect } from "../revocation/connect.js";
import { fillKeys } from "../revocation/fill.js";
import { fresh } from "../shared/fresh.js";
import { createOurs } from "../verify/ours.js";
import { mintDelegated, mintUsual, type Setting } from "../verify/setting.js";

/** What is kept, in bytes for each. */
export interface Memory {
  /** A mandate that was verified, with its principal; its token has so many characters. */
  readonly mandates: readonly { name: string; tokenLength: number; bytes: number }[];
  /** A revoked anchor, a UUID, of so many. */
  readonly revocations: readonly { name: string; count: number; bytes: number }[];
}

const MANDATES = 20_000;

/** Has to run with --expose-gc. */
export async function measureMemory(setting: Setting, revocations: number): Promise<Memory> {
  return {
    revocations: [
      { name: "memory", count: revocations, bytes: await inStore(revocations) },
      { name: "replica", count: revocations, bytes: await inReplica(revocations) },
    ],
    mandates: [
      { name: "of an agent", ...(await cached(setting, mintUsual(setting, MANDATES))) },
      { name: "delegated once", ...(await cached(setting, mintDelegated(setting, 1, MANDATES))) },
    ],
  };
}

async function cached(setting: Setting, tokens: readonly string[]) {
  const room = { maxEntries: MANDATES, maxBytes: 2 ** 30 };
  let known = 0;
  const onDecision = (decision: Decision) => {
    if (decision.cached) known += 1;
  };
  const verifier = await createOurs(setting, { verifiedMandates: room, onDecision });
  const presentAll = async () => {
    known = 0;
    for (const token of tokens) await verifier.authenticate(fresh(token));
    return known;
  };
  // Those whose signature is known by then get an entry: all but a few, of when their table grew.
  await presentAll();
  const before = await usedMemory();
  const added = await presentAll();
  const bytes = ((await usedMemory()) - before) / added;
  if (added < MANDATES / 4) throw new Error(`Only ${added} were added`);
  await verifier.authenticate(tokens[0] ?? "");
  return { tokenLength: tokens[0]?.length ?? 0, bytes };
}

async function inReplica(count: number): Promise<number> {
  const server = await startRedis();
  await fillKeys(server.url, count);
  const { redis, end } = await connect(server.url);
  const create = () =>
    new RedisRevocationReplica({
      redis,
      signatureKeys: [KEY],
      adoptUnmarkedAfterMs: 0,
      maxEntries: count + 1_000,
      startTimeoutMs: 120_000,
    });
  // Compiled code and buffers of the runtime are there before memory is measured.
  const first = create();
  await first.start();
  await first.stop();
  const before = await usedMemory();
  const replica = create();
  await replica.start();
  const bytes = ((await usedMemory()) - before) / count;
  await replica.stop();
  end();
  await server.stop();
  return bytes;
}

async function inStore(count: number): Promise<number> {
  // Flat: as they are made, they are trees of pieces, which the first look at them would replace.
  const anchors = Array.from({ length: count }, () => fresh(randomUUID()));
  const before = await usedMemory();
  const store = new InMemoryRevocationStore({ maxEntries: count });
  // In memory of its own, as it comes over a network.
  for (const anchor of anchors) store.markRevoked(fresh(anchor));
  const bytes = ((await usedMemory()) - before) / count;
  // Until here both are needed, so that neither was collected before it was measured.
  if (!anchors.every((anchor) => store.isRevoked(anchor))) throw new Error("One is not there");
  return bytes;
}

async function usedMemory(): Promise<number> {
  // What was freed natively, or waits for its finalizers, takes some turns.
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
