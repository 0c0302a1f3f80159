import { fromNodeRedis } from "@caracalai/revocation-redis";
import { RedisRevocationReplica } from "../../../src/replica/redis-revocation-replica.js";
import type { RedisRevocationReplicaOptions } from "../../../src/replica/replica-options.js";
import { KEY } from "../../support/events.js";
import { redisClient } from "../../support/redis-client.js";

/** A replica with a client of its own, as an instance has them. */
export interface RunningReplica {
  readonly replica: RedisRevocationReplica;
  /** What subscribers have heard, in order. */
  readonly heard: readonly string[];
  stop(): Promise<void>;
}

/** Where a replica connects to: a server, or a proxy before one. */
export interface Address {
  readonly url: string;
}

/** Options for tests that do not wait for long. */
export const FAST: Omit<RedisRevocationReplicaOptions, "redis"> = {
  signatureKeys: [KEY],
  adoptUnmarkedAfterMs: 0,
  settleMs: 200,
  commandTimeoutMs: 500,
  maxStalenessMs: 1_000,
};

/** Connects a client and creates a replica on it, which is not started yet. */
export function createReplica(
  { url }: Address,
  options: Partial<RedisRevocationReplicaOptions> = {},
): RunningReplica {
  const client = redisClient({ url, socket: { reconnectStrategy: 50, connectTimeout: 500 } });
  client.on("error", () => {});
  // Where the server is away, the client goes on trying; it is the replica that is tested.
  client.connect().catch(() => {});
  const replica = new RedisRevocationReplica({ redis: fromNodeRedis(client), ...FAST, ...options });
  const heard: string[] = [];
  replica.subscribe((event) => {
    heard.push(event.kind === "anchor" ? event.anchor : `${event.zoneId} ${event.epoch}`);
  });
  const stop = async (): Promise<void> => {
    await replica.stop();
    client.destroy();
  };
  return { replica, heard, stop };
}

/** A replica that is ready. */
export async function startReplica(
  address: Address,
  options: Partial<RedisRevocationReplicaOptions> = {},
): Promise<RunningReplica> {
  const running = createReplica(address, options);
  try {
    await running.replica.start();
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

/** What a replica answers about an anchor: `revoked`, `live`, or why it does not answer. */
export function answer({ replica }: RunningReplica, anchor: string): string {
  try {
    return replica.isRevoked(anchor) ? "revoked" : "live";
  } catch (error) {
    return error instanceof Error && "problem" in error ? String(error.problem) : String(error);
  }
}
