import { inspect } from "node:util";
import {
  ConfigurationError,
  fromIoredis,
  fromNodeRedis,
  fromNodeRedisCluster,
  RedisRevocationConsumer,
  RedisRevocationStore,
  RedisStoreError,
  requireSafeServer,
} from "@caracalai/revocation-redis";
import { Cluster, Redis } from "ioredis";
import { createCluster } from "redis";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Connected, connectNodeRedis } from "../support/clients.js";
import { redisClient } from "../support/redis-client.js";
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

const CONNECTION = { open: async () => {}, command: async () => "", close: () => {} };

test("a Redis before 7.0 is not, and one that says nothing is none", async () => {
  const answering = (info: string) => ({
    connection: () => ({ ...CONNECTION, command: async () => info }),
    isCluster: false,
    primaries: async () => [],
  });
  const fit = "redis_version:7.0.0\r\nrole:master\r\nmaxmemory:0\r\n";
  await requireSafeServer(answering(fit));
  await requireSafeServer(answering(fit.replace("7.0.0", "10.1")));
  for (const info of [fit.replace("7.0.0", "6.2.14"), "", "redis_version:x\r\nrole:master\r\n"]) {
    await expect(requireSafeServer(answering(info))).rejects.toThrow(ConfigurationError);
  }
});

test("every primary of a cluster is asked", async () => {
  const fit = async (): Promise<string> => "redis_version:7.0.0\r\nrole:master\r\nmaxmemory:0\r\n";
  const cluster = { connection: () => CONNECTION, isCluster: true };
  await requireSafeServer({ ...cluster, primaries: async () => [fit, fit] });
  const withOld = { ...cluster, primaries: async () => [fit, async () => "redis_version:6.2"] };
  await expect(requireSafeServer(withOld)).rejects.toThrow("The server is older than Redis 7.0.");
  const silent = { ...cluster, primaries: () => Promise.reject(new Error("no cluster")) };
  await expect(requireSafeServer(silent)).rejects.toThrow(RedisStoreError);
});

describe("a server that does not let the client in, or not do what it has to", () => {
  const SECRET = "a-secret-password";
  const of = (login: object, url: string) => ({
    "node-redis": () => {
      const client = redisClient({ url, ...login }).on("error", () => {});
      return { redis: fromNodeRedis(client), end: () => {} };
    },
    ioredis: () => {
      const client = new Redis(url, { ...login, lazyConnect: true }).on("error", () => {});
      return { redis: fromIoredis(client), end: () => client.disconnect() };
    },
    "node-redis in a cluster": () => {
      const client = createCluster({ rootNodes: [{ url }], defaults: login }).on("error", () => {});
      return { redis: fromNodeRedisCluster(client), end: () => {} };
    },
    "ioredis in a cluster": () => {
      const { hostname: host, port } = new URL(url);
      const options = { lazyConnect: true, redisOptions: login };
      const client = new Cluster([{ host, port: Number(port) }], options).on("error", () => {});
      return { redis: fromIoredis(client), end: () => client.disconnect() };
    },
  });
  let locked: RedisServer;
  beforeAll(async () => {
    locked = await startRedis();
    await locked.command("ACL", "SETUSER", "limited", "on", `>${SECRET}`, "+hello", "+auth");
    await locked.command("ACL", "SETUSER", "default", "resetpass", `>${SECRET}`);
  });
  afterAll(() => locked?.stop());

  const clients = ["node-redis", "ioredis", "node-redis in a cluster", "ioredis in a cluster"];
  test.each(
    clients.flatMap((kind) => [
      [kind, "WRONGPASS", { password: `wrong-${SECRET}` }] as const,
      [kind, "WRONGPASS", { username: `no-${SECRET}`, password: SECRET }] as const,
      [kind, "NOAUTH", {}] as const,
    ]),
  )("%s: is told by a ConfigurationError, %s", async (kind, code, login) => {
    const { redis, end } = of(login, locked.url)[kind as "ioredis"]();
    const error: unknown = await requireSafeServer(redis).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain(`(${code}).`);
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET);
    end();
  });

  test.each(["node-redis", "ioredis"] as const)("%s: without the permission", async (kind) => {
    // ioredis says there what it does without INFO.
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { redis, end } = of({ username: "limited", password: SECRET }, locked.url)[kind]();
    const error: unknown = await requireSafeServer(redis).catch((reason) => reason);
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(String(error)).toContain("(NOPERM).");
    end();
    warn.mockRestore();
  });

  test.each(["node-redis", "ioredis"] as const)(
    "%s: a consumer says why at its start",
    async (kind) => {
      const { redis, end } = of({ password: "wrong" }, locked.url)[kind]();
      const store = new RedisRevocationStore({ redis });
      const options = { redis, store, allowUnsigned: true, startTimeoutMs: 500 } as const;
      const consumer = new RedisRevocationConsumer(options);
      await expect(consumer.start()).rejects.toThrow("Redis refused the command (WRONGPASS).");
      await consumer.stop();
      end();
    },
  );
});

test("one that does not answer is an outage, not a wrong configuration", async () => {
  const frozen = await startRedis();
  const client = redisClient({ url: frozen.url }).on("error", () => {});
  frozen.freeze();
  const check = requireSafeServer(fromNodeRedis(client), { timeoutMs: 200 });
  await expect(check).rejects.toThrow(RedisStoreError);
  await frozen.stop();
});

test("its options are checked", async () => {
  const check = (options: object) => requireSafeServer(connected.redis, options);
  await expect(check({ timeout: 5 })).rejects.toThrow('Unknown option "timeout".');
  await expect(check({ timeoutMs: 0 })).rejects.toThrow("timeoutMs must be an integer of 10 to");
});
