import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";
import { RedisRevocationReplica, RedisRevocationStore } from "@caracalai/revocation-redis";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { connect } from "../revocation/connect.js";
import { fillKeys } from "../revocation/fill.js";

/** Every kind of store, each with the same revocations in it. */
export interface Stores {
  readonly byName: Readonly<Record<"memory" | "replica" | "Redis", RevocationStore>>;
  close(): Promise<void>;
}

const REVOKED = 10_000;

/** Starts a Redis, and what asks it. */
export async function startStores(): Promise<Stores> {
  const server = await startRedis();
  const { redis, end } = await connect(server.url);
  const shared = new RedisRevocationStore({ redis });
  const memory = new InMemoryRevocationStore();
  const { anchors } = await fillKeys(server.url, REVOKED);
  for (const anchor of anchors) memory.markRevoked(anchor);
  const replica = new RedisRevocationReplica({
    redis,
    signatureKeys: [KEY],
    adoptUnmarkedAfterMs: 0,
    // It is kept from reading while others are timed.
    maxStalenessMs: 60_000,
  });
  await replica.start();
  return {
    byName: { memory, replica, Redis: shared },
    close: async () => {
      await replica.stop();
      end();
      await server.stop();
    },
  };
}
