import {
  fromNodeRedis,
  type RedisConsumerOptions,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationStore,
} from "@caracalai/revocation-redis";
import { afterEach } from "vitest";
import type { RedisRevocationReplicaOptions } from "../../../src/replica/replica-options.js";
import { KEY } from "../../support/events.js";
import { Link } from "../../support/link.js";
import { redisClient } from "../../support/redis-client.js";
import {
  type RedisServer,
  type RedisServerOptions,
  startRedis,
} from "../../support/redis-server.js";
import { type Address, createReplica, type RunningReplica } from "./start-replica.js";

/** Starts what a test needs, and ends it after the test, the last one first. */
export interface Stage {
  server(options?: RedisServerOptions): Promise<RedisServer>;
  proxy(server: RedisServer): Promise<Link>;
  /** A replica that was not started. */
  idle(address: Address, options?: Partial<RedisRevocationReplicaOptions>): RunningReplica;
  /** A replica that is ready. */
  replica(
    address: Address,
    options?: Partial<RedisRevocationReplicaOptions>,
  ): Promise<RunningReplica>;
  /** Both consumers, which have read for the first time; ended after the test, or before. */
  consumers(address: Address, options?: Partial<RedisConsumerOptions>): Promise<RunningConsumers>;
  atEnd(end: () => unknown): void;
}

export interface RunningConsumers {
  readonly revocations: RedisRevocationConsumer;
  stop(): Promise<void>;
}

/** To be called once in each file of tests. */
export function createStage(): Stage {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  const idle: Stage["idle"] = (address, options) => {
    const running = createReplica(address, options);
    ends.push(() => running.stop());
    return running;
  };
  return {
    idle,
    async server(options) {
      const server = await startRedis(options);
      ends.push(() => server.stop());
      return server;
    },
    async proxy(server) {
      const proxy = await Link.start(server);
      ends.push(() => proxy.stop());
      return proxy;
    },
    async replica(address, options) {
      const running = idle(address, options);
      await running.replica.start();
      return running;
    },
    async consumers({ url }, more = {}) {
      const client = redisClient({ url });
      client.on("error", () => {});
      await client.connect();
      const redis = fromNodeRedis(client);
      const store = new RedisRevocationStore({ redis });
      const options = { redis, store, signatureKeys: [KEY], ...more };
      const revocations = new RedisRevocationConsumer(options);
      const all = [revocations, new RedisDelegationConsumer(options)];
      const stop = async (): Promise<void> => {
        await Promise.all(all.map((consumer) => consumer.stop()));
        client.destroy();
      };
      let stopped: Promise<void> | undefined;
      const stopOnce = (): Promise<void> => (stopped ??= stop());
      ends.push(stopOnce);
      await Promise.all(all.map((consumer) => consumer.start()));
      return { revocations, stop: stopOnce };
    },
    atEnd: (end) => {
      ends.push(end);
    },
  };
}
