import { afterEach } from "vitest";
import type { RedisRevocationReplicaOptions } from "../../../src/replica/replica-options.js";
import {
  type RedisServer,
  type RedisServerOptions,
  startRedis,
} from "../../support/redis-server.js";
import { TcpProxy } from "../../support/tcp-proxy.js";
import { type Address, createReplica, type RunningReplica } from "./start-replica.js";

/** Starts what a test needs, and ends it after the test, the last one first. */
export interface Stage {
  server(options?: RedisServerOptions): Promise<RedisServer>;
  proxy(server: RedisServer): Promise<TcpProxy>;
  /** A replica that was not started. */
  idle(address: Address, options?: Partial<RedisRevocationReplicaOptions>): RunningReplica;
  /** A replica that is ready. */
  replica(
    address: Address,
    options?: Partial<RedisRevocationReplicaOptions>,
  ): Promise<RunningReplica>;
  atEnd(end: () => unknown): void;
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
      const proxy = await TcpProxy.start(server);
      ends.push(() => proxy.stop());
      return proxy;
    },
    async replica(address, options) {
      const running = idle(address, options);
      await running.replica.start();
      return running;
    },
    atEnd: (end) => {
      ends.push(end);
    },
  };
}
