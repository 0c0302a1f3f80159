import { revocationStoreContract } from "@caracalai/revocation/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, test, vi } from "vitest";
import { type RedisServer, startRedis } from "../support/redis-server.js";
import { type RunningReplica, startReplica } from "./support/start-replica.js";

let server: RedisServer;
const running = new Map<unknown, RunningReplica>();

beforeAll(async () => {
  server = await startRedis();
});

afterAll(async () => {
  await server?.stop();
});

beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
});

const cases = revocationStoreContract({
  create: async () => {
    await server.command("FLUSHALL");
    const started = await startReplica(server, { settleMs: 0 });
    running.set(started.replica, started);
    return started.replica;
  },
  destroy: async (replica) => {
    await running.get(replica)?.stop();
    running.delete(replica);
  },
  offers: { check: true, subscribe: true },
  shortTtlMs: 200,
});

describe("RedisRevocationReplica keeps the contract", () => {
  for (const { name, run } of cases) test(name, run);
});
