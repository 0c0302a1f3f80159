import {
  ConfigurationError,
  RedisStoreError,
  requireSafeServer,
} from "@caracalai/revocation-redis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Connected, connectNodeRedis } from "../support/clients.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

let server: RedisServer;
let connected: Connected;

beforeAll(async () => {
  server = await startRedis();
  connected = await connectNodeRedis(server);
});

afterAll(async () => {
  connected?.end();
  await server?.stop();
});

const set = (name: string, value: string): Promise<unknown> =>
  server.command("CONFIG", "SET", name, value);

test("a server that evicts nothing is fit", async () => {
  await requireSafeServer(connected.redis);
  await set("maxmemory", "100mb");
  await set("maxmemory-policy", "noeviction");
  await requireSafeServer(connected.redis);
  await set("maxmemory", "0");
});

test.each(["allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru", "volatile-ttl"])(
  "a server that evicts by %s is not",
  async (policy) => {
    await set("maxmemory-policy", policy);
    await requireSafeServer(connected.redis);
    await set("maxmemory", "100mb");
    const check = requireSafeServer(connected.redis);
    await expect(check).rejects.toThrow(ConfigurationError);
    await expect(check).rejects.toThrow("set maxmemory-policy to noeviction");
    await set("maxmemory", "0");
  },
);

test("a replica is not", async () => {
  const primary = await startRedis();
  await server.replicate(primary);
  await expect(requireSafeServer(connected.redis)).rejects.toThrow("The server is a replica");
  await server.promote();
  await primary.stop();
});

test("a Redis before 7.0 is not, and one that says nothing is none", async () => {
  const answering = (info: string) => ({
    primaries: async () => [async () => info],
  });
  const fit = "redis_version:7.0.0\r\nrole:master\r\nmaxmemory:0\r\n";
  await requireSafeServer(answering(fit));
  await requireSafeServer(answering(fit.replace("7.0.0", "10.1")));
  for (const info of [fit.replace("7.0.0", "6.2.14"), "", "redis_version:x\r\nrole:master\r\n"]) {
    await expect(requireSafeServer(answering(info))).rejects.toThrow(ConfigurationError);
  }
  const silent = { primaries: () => Promise.reject(new Error("no cluster")) };
  await expect(requireSafeServer(silent)).rejects.toThrow(RedisStoreError);
});
