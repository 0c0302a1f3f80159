import { ConfigurationError, fromNodeRedis } from "@caracalai/revocation-redis";
import { createClient } from "redis";
import { describe, expect, test } from "vitest";
import { RedisRevocationReplica } from "../../src/replica/redis-revocation-replica.js";
import type { RedisRevocationReplicaOptions } from "../../src/replica/replica-options.js";
import { KEY } from "../support/events.js";

const redis = fromNodeRedis(createClient());
const create = (options: object) => () =>
  new RedisRevocationReplica({
    redis,
    signatureKeys: [KEY],
    ...options,
  } as RedisRevocationReplicaOptions);

describe("a replica is not created", () => {
  test.each<[string, object, RegExp]>([
    ["with an unknown option", { maxStaleness: 1 }, /Unknown option "maxStaleness"/],
    ["without a way to Redis", { redis: undefined }, /redis must be/],
    ["with a bare client", { redis: createClient() }, /redis must be/],
    ["with a command function alone", { redis: async () => {} }, /redis must be/],
    ["without a word on signatures", { signatureKeys: undefined }, /signatureKeys is missing/],
    ["with both words on signatures", { allowUnsigned: true }, /exclude each other/],
    ["with a key that is too short", { signatureKeys: ["00"] }, /32 to 512 bytes/],
    ["with keys that are no list", { signatureKeys: KEY }, /32 to 512 bytes/],
    ["with no staleness at all", { maxStalenessMs: 0 }, /maxStalenessMs must be an integer/],
    ["with a staleness of minutes", { maxStalenessMs: 60_001 }, /maxStalenessMs/],
    ["with a fraction", { commandTimeoutMs: 10.5 }, /commandTimeoutMs/],
    ["with a text for a number", { settleMs: "1" }, /settleMs/],
    ["with NaN", { adoptUnmarkedAfterMs: Number.NaN }, /adoptUnmarkedAfterMs/],
    ["without room", { maxEntries: 0 }, /maxEntries/],
    ["with more room than a map has", { maxEntries: 2 ** 24 + 1 }, /maxEntries/],
    ["with lifetimes of nothing", { defaultTtlMs: 0 }, /defaultTtlMs/],
    ["with an endless start", { startTimeoutMs: Number.POSITIVE_INFINITY }, /startTimeoutMs/],
    ["reading the keys all the time", { reconcileMs: 999 }, /reconcileMs/],
    ["with an empty prefix", { keyPrefix: "" }, /keyPrefix/],
    ["with one stream for both", { delegationStream: "caracal.sessions.revoke" }, /another stream/],
    ["with a line feed in a stream's name", { revocationStream: "a\nb" }, /revocationStream/],
    ["with a stream that is none", { delegationStream: 7 }, /delegationStream/],
  ])("%s", (_, options, message) => {
    expect(create(options)).toThrow(ConfigurationError);
    expect(create(options)).toThrow(message);
  });
});

test("the limits themselves are allowed", () => {
  for (const options of [
    { maxStalenessMs: 200, commandTimeoutMs: 10, adoptUnmarkedAfterMs: 0, settleMs: 0 },
    { maxStalenessMs: 60_000, maxEntries: 2 ** 24, reconcileMs: 86_400_000 },
    { signatureKeys: undefined, allowUnsigned: true },
  ]) {
    expect(create(options)).not.toThrow();
  }
});

test("later changes of the options have no effect", async () => {
  const options = { redis, signatureKeys: [KEY], startTimeoutMs: 50 };
  const replica = new RedisRevocationReplica(options);
  options.startTimeoutMs = 60_000;
  await expect(replica.start()).rejects.toThrow("not ready");
  await replica.stop();
});
