import type { RevocationStore } from "@caracalai/revocation";
import { fromNodeRedis, startSharedRevocations } from "@caracalai/revocation-redis";
import { createRedisClient } from "./create-redis-client.js";
import type { RedisConfig } from "./redis-config.js";

/** The revocations of all instances, as this one knows them. */
export interface SharedRevocations {
  /** Answers nothing while it is not certain to be up to date: mandates are refused with 503. */
  readonly revocations: RevocationStore;
  /** Finishes what is in hand, as long as Redis answers, and disconnects. */
  stop(): Promise<void>;
}

/**
 * Begins to follow the revocations in Redis, and waits neither for them, nor for a Redis that is away.
 *
 * @param report - gets a line whenever it begins or ceases to know all revocations, or why it does not
 * @throws ConfigurationError (rejects) where something is set up wrongly, Redis included
 */
export async function connectRevocations(
  { url, trust, isNew }: RedisConfig,
  report: (line: string) => void,
): Promise<SharedRevocations> {
  const client = createRedisClient(url);
  const shared = await startSharedRevocations({
    redis: fromNodeRedis(client),
    ...trust,
    ...(isNew ? { adoptUnmarkedAfterMs: 0 } : {}),
    report,
  });
  // Goes on trying while Redis is away, and rejects when it is destroyed meanwhile.
  client.connect().catch(() => {});
  return {
    revocations: shared.revocations,
    stop: async () => {
      await shared.stop();
      if (client.isOpen) client.destroy();
    },
  };
}
