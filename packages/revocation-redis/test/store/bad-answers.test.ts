import {
  ConfigurationError,
  type RedisCommand,
  RedisRevocationStore,
  type RedisRevocationStoreOptions,
  RedisStoreError,
} from "@caracalai/revocation-redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Connected, connectNodeRedis } from "../support/clients.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

/** What a store over a command function makes of its reply, or of its error. */
async function outcomes(command: RedisCommand): Promise<readonly unknown[]> {
  const store = new RedisRevocationStore({ redis: command, readTimeoutMs: 20, writeTimeoutMs: 20 });
  const asked = await Promise.allSettled([
    store.check({ anchors: ["secret-a", "secret-b"], zoneId: "secret-zone" }),
    store.isRevoked("secret-a"),
    store.currentDelegationEpoch("secret-zone"),
    store.markRevoked("secret-a"),
    store.markDelegationEpoch("secret-zone", 5),
  ]);
  return asked.map((it) => (it.status === "fulfilled" ? it.value : it.reason));
}

const REPLIES: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  "OK",
  "",
  7,
  {},
  [],
  [null],
  [null, null],
  [null, null, null, null],
  [["1"], null, null],
  [{}, {}, {}],
  [1, 2, 3],
  [undefined, undefined, undefined],
  [false, false, false],
  ["0", "0", "x"],
  ["", "", ""],
  ["1 ", "1", "1"],
  ["one", "one", "one"],
  ["1", "1", "-1"],
  ["1", "1", "1.5"],
  ["1", "1", "9007199254740992"],
  ["1", "1", "08"],
  ["1", "1", " 8"],
  ["1", "1", new Uint8Array([0xff])],
  new Map([["a", "b"]]),
];

describe("an answer that is none", () => {
  test.each(REPLIES.map((reply) => [JSON.stringify(reply) ?? "undefined", reply] as const))(
    "%s is refused, to every question that it does not answer",
    async (_, reply) => {
      const [state] = await outcomes(async () => reply);
      expect(state).toBeInstanceOf(RedisStoreError);
      expect(state).toMatchObject({ problem: "reply" });
    },
  );

  test.each(REPLIES.map((reply) => [JSON.stringify(reply) ?? "undefined", reply] as const))(
    "%s is not the confirmation of a write",
    async (_, reply) => {
      const [, , , revoked, epoch] = await outcomes(async () => reply);
      expect(revoked).toMatchObject({ problem: "reply" });
      expect(epoch).toMatchObject({ problem: "reply" });
    },
  );

  test("a rejection, a throw and silence are none either", async () => {
    const silence = new Promise<never>(() => {});
    for (const command of [
      () => Promise.reject(new Error("connect ECONNREFUSED 127.0.0.1:6379")),
      () => Promise.reject("secret"),
      () => {
        throw new Error("secret");
      },
      () => silence,
    ] satisfies RedisCommand[]) {
      for (const outcome of await outcomes(command)) {
        expect(outcome).toBeInstanceOf(RedisStoreError);
        const { problem, message } = outcome as RedisStoreError;
        expect([problem, message]).toEqual(
          problem === "timeout"
            ? ["timeout", "Redis did not answer within 20 ms."]
            : ["connection", "Redis could not be reached."],
        );
      }
    }
  });

  test.each([
    ["LOADING Redis is loading the dataset in memory", "LOADING"],
    ["READONLY You can't write against a read only replica.", "READONLY"],
    ["CLUSTERDOWN Hash slot not served", "CLUSTERDOWN"],
    ["NOAUTH Authentication required.", "NOAUTH"],
    ["NOPERM User default has no permissions", "NOPERM"],
    ["ERR unknown command", "ERR"],
    ["NOSCRIPT No matching script.", "NOSCRIPT"],
  ])("of Redis' own error %s, the first word is told and no more", async (message, code) => {
    for (const outcome of await outcomes(() => Promise.reject(new Error(message)))) {
      expect(outcome).toMatchObject({
        problem: "refused",
        redisCode: code,
        message: `Redis refused the command (${code}).`,
      });
    }
  });

  test("no error tells of an anchor, an address, a command or a password", async () => {
    const error = Object.assign(new Error("WRONGTYPE secret-a"), {
      command: { name: "auth", args: ["secret-password"] },
      address: "secret-host",
    });
    for (const outcome of await outcomes(() => Promise.reject(error))) {
      const shown = `${(outcome as Error).stack}${JSON.stringify(outcome)}${String((outcome as Error).cause)}`;
      expect(shown).not.toMatch(/secret/);
    }
  });
});

describe("in a Redis that others write to as well", () => {
  let server: RedisServer;
  let connected: Connected;
  let store: RedisRevocationStore;
  const key = (name: string): string => `caracal:revoked:sessions:${name}`;
  const write = (...args: string[]): Promise<unknown> => server.command(...args);

  beforeAll(async () => {
    server = await startRedis();
    connected = await connectNodeRedis(server);
  });

  afterAll(async () => {
    connected?.end();
    await server?.stop();
  });

  beforeEach(async () => {
    await write("FLUSHALL");
    store = new RedisRevocationStore({ redis: connected.redis, readTimeoutMs: 5_000 });
  });

  test("keys and values are those of the wire format, for 24 hours", async () => {
    await store.markRevoked("session-1");
    await store.markDelegationEpoch("zone-1", 12);
    expect(await write("GET", key("session-1"))).toBe("1");
    expect(await write("GET", key("delegation-epoch:zone-1"))).toBe("12");
    for (const name of ["session-1", "delegation-epoch:zone-1"]) {
      const left = Number(await write("PTTL", key(name)));
      expect(left).toBeGreaterThan(86_390_000);
      expect(left).toBeLessThanOrEqual(86_400_000);
    }
  });

  test("what others have revoked is revoked", async () => {
    await write("SET", key("session-1"), "1", "PX", "60000");
    await write("SET", key("delegation-epoch:zone-1"), "9");
    expect(await store.check({ anchors: ["x", "session-1"], zoneId: "zone-1" })).toEqual({
      revoked: true,
      delegationEpoch: 9,
    });
  });

  test.each([
    ["a list", ["RPUSH", key("session-1"), "1"]],
    ["a set", ["SADD", key("session-1"), "1"]],
    ["a hash", ["HSET", key("session-1"), "1", "1"]],
  ])("where an anchor's key holds %s, nothing is answered", async (_, command) => {
    await write(...command);
    const question = store.check({ anchors: ["session-1"] });
    await expect(question).rejects.toMatchObject({ redisCode: "WRONGTYPE" });
    await expect(store.markRevoked("session-1")).rejects.toMatchObject({ redisCode: "WRONGTYPE" });
  });

  test("where an anchor's key holds another value, nothing is answered until it is marked", async () => {
    await write("SET", key("session-1"), "revoked", "PX", "5000");
    await write("SET", key("session-2"), "revoked", "PX", "90000000");
    await write("SET", key("session-3"), "revoked");
    for (const anchor of ["session-1", "session-2", "session-3"]) {
      await expect(store.isRevoked(anchor)).rejects.toMatchObject({ problem: "reply" });
      await store.markRevoked(anchor);
      expect(await store.isRevoked(anchor)).toBe(true);
    }
    expect(Number(await write("PTTL", key("session-1")))).toBeGreaterThan(86_000_000);
    expect(Number(await write("PTTL", key("session-2")))).toBeGreaterThan(89_000_000);
    expect(await write("PTTL", key("session-3"))).toBe(-1);
  });

  test.each(["x", "", "-1", "1.5", "1e3", "9007199254740992", "1".repeat(40), "0x10", " 7"])(
    "where an epoch's key holds %j, nothing is answered and nothing overwritten",
    async (value) => {
      await write("SET", key("delegation-epoch:zone-1"), value);
      const question = store.currentDelegationEpoch("zone-1");
      await expect(question).rejects.toMatchObject({ problem: "reply" });
      const mark = store.markDelegationEpoch("zone-1", 5);
      await expect(mark).rejects.toMatchObject({ redisCode: "NOTANEPOCH" });
      expect(await write("GET", key("delegation-epoch:zone-1"))).toBe(value);
    },
  );

  test("an entry without an end keeps having none", async () => {
    await write("SET", key("session-1"), "1");
    await write("SET", key("delegation-epoch:zone-1"), "4");
    await store.markRevoked("session-1", 1_000);
    await store.markDelegationEpoch("zone-1", 5, 1_000);
    expect(await write("PTTL", key("session-1"))).toBe(-1);
    expect(await write("PTTL", key("delegation-epoch:zone-1"))).toBe(-1);
    expect(await store.currentDelegationEpoch("zone-1")).toBe(5);
  });

  test("an epoch of 0 takes no place", async () => {
    await store.markDelegationEpoch("zone-1", 0);
    expect(await write("DBSIZE")).toBe(0);
  });

  test("the longest TTL is taken, and part of a millisecond is a whole one", async () => {
    await store.markRevoked("long", Number.MAX_VALUE);
    await store.markDelegationEpoch("long", 5, Number.MAX_VALUE);
    expect(Number(await write("PTTL", key("long")))).toBeGreaterThan(2 ** 52);
    await store.markRevoked("short", Number.MIN_VALUE);
    expect(await store.isRevoked("long")).toBe(true);
    expect(await store.currentDelegationEpoch("long")).toBe(5);
  });

  describe("an anchor that is named like a zone's epoch", () => {
    const anchor = "delegation-epoch:zone-1";

    test("is revoked without touching that epoch, which does not revoke it", async () => {
      await store.markRevoked(anchor);
      expect(await store.isRevoked(anchor)).toBe(true);
      expect(await store.currentDelegationEpoch("zone-1")).toBe(0);
      expect(await write("KEYS", "*")).toEqual([`caracal:revoked:reserved:${anchor}`]);
      await store.markDelegationEpoch("zone-1", 3);
      expect(await store.isRevoked("session")).toBe(false);
      expect(await store.currentDelegationEpoch("zone-1")).toBe(3);
    });

    test("is not answered for where its key may be a zone's epoch or its own revocation", async () => {
      await write("SET", key(anchor), "1");
      await expect(store.isRevoked(anchor)).rejects.toMatchObject({ problem: "reply" });
      const query = { anchors: ["session", anchor], zoneId: "zone-1" };
      await expect(store.check(query)).rejects.toMatchObject({ problem: "reply" });
    });
  });

  test("names that are not well-formed text are refused and not confused with others", async () => {
    await store.markRevoked("\ufffd");
    for (const anchor of ["\ud800", "x\udc00", "\udc00\ud800"]) {
      await expect(store.isRevoked(anchor)).rejects.toThrow(TypeError);
      await expect(store.markRevoked(anchor)).rejects.toThrow(TypeError);
      await expect(store.currentDelegationEpoch(anchor)).rejects.toThrow(TypeError);
      await expect(store.markDelegationEpoch(anchor, 1)).rejects.toThrow(TypeError);
    }
    expect(await write("DBSIZE")).toBe(1);
  });

  test("a query without a question is answered without Redis", async () => {
    const silent = new RedisRevocationStore({ redis: () => new Promise(() => {}) });
    expect(await silent.check({ anchors: [] })).toEqual({ revoked: false, delegationEpoch: 0 });
  });

  test("all anchors and the epoch cost one command", async () => {
    await store.check({ anchors: ["a"] });
    const commands: unknown[] = [];
    const counting = new RedisRevocationStore({
      redis: (args, options) => {
        commands.push(args[0]);
        return connected.redis.command(args, options);
      },
    });
    await counting.check({ anchors: ["a", "b", "c", "d"], zoneId: "zone" });
    expect(commands).toEqual(["EVALSHA"]);
  });
});

describe("options", () => {
  const redis: RedisCommand = async () => null;
  const bad: readonly [string, unknown, string][] = [
    ["none", undefined, "The options must be an object."],
    ["no redis", {}, "redis must be"],
    ["a client as it is", { redis: { sendCommand: redis } }, "redis must be"],
    ["an unknown name", { redis, ttl: 5 }, 'Unknown option "ttl".'],
    ["a TTL of 0", { redis, defaultTtlMs: 0 }, "defaultTtlMs must be an integer of 1 to"],
    [
      "a TTL without end",
      { redis, defaultTtlMs: Number.POSITIVE_INFINITY },
      "defaultTtlMs must be",
    ],
    [
      "a timeout of 0",
      { redis, readTimeoutMs: 0 },
      "readTimeoutMs must be an integer of 1 to 60000",
    ],
    ["a timeout as text", { redis, readTimeoutMs: "200" }, "readTimeoutMs must be"],
    ["a write timeout of NaN", { redis, writeTimeoutMs: Number.NaN }, "writeTimeoutMs must be"],
    ["no command at all", { redis, maxPendingCommands: 0 }, "maxPendingCommands must be"],
    ["an empty prefix", { redis, keyPrefix: "" }, "keyPrefix must be a text"],
    ["a prefix with a line feed", { redis, keyPrefix: "a\n" }, "keyPrefix must be a text"],
  ];

  test.each(bad)("%s: refused at construction", (_, options, message) => {
    const create = () => new RedisRevocationStore(options as RedisRevocationStoreOptions);
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(message);
  });
});
