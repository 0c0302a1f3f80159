import { InMemoryRevocationStore } from "@caracalai/revocation";
import {
  ConfigurationError,
  type RedisAccess,
  type RedisConsumerOptions,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
} from "@caracalai/revocation-redis";
import { describe, expect, test } from "vitest";

const redis: RedisAccess = {
  command: async () => null,
  isCluster: false,
  connection: () => {
    throw new Error("not in this test");
  },
  primaries: async () => [],
};
const store = new InMemoryRevocationStore();
const key = "ab".repeat(32);
const good = { redis, store, signatureKeys: [key] };

const bad: readonly [string, unknown, string][] = [
  ["none", undefined, "The options must be an object."],
  ["no redis", { store, signatureKeys: [key] }, "redis must be"],
  ["only a command function", { ...good, redis: redis.command }, "redis must be"],
  ["no store", { redis, signatureKeys: [key] }, "store must be a revocation store."],
  ["a store that can't be written to", { ...good, store: {} }, "store must be a revocation store."],
  ["no word about signatures", { redis, store }, "signatureKeys is missing"],
  ["keys, and yet unsigned events", { ...good, allowUnsigned: true }, "exclude each other"],
  ["no keys", { ...good, signatureKeys: [] }, "signatureKeys must be 1 to 16 keys"],
  ["a short key", { ...good, signatureKeys: [key.slice(2)] }, "signatureKeys must be"],
  ["an unknown name", { ...good, groupName: "g" }, 'Unknown option "groupName".'],
  ["an empty stream", { ...good, stream: "" }, "stream must be a text"],
  ["an empty group", { ...good, group: "" }, "group must be a text"],
  ["a consumer's name with a line feed", { ...good, consumerName: "a\nb" }, "consumerName must be"],
  [
    "dead letters in the stream itself",
    { ...good, stream: "s", deadLetterStream: "s" },
    "deadLetterStream must be another stream than stream.",
  ],
  ["no dead letter at all", { ...good, deadLetterMaxLength: 0 }, "deadLetterMaxLength must be"],
  ["a claim at once", { ...good, claimIdleMs: 0 }, "claimIdleMs must be an integer of 50 to"],
  ["a timeout of a text", { ...good, commandTimeoutMs: "1" }, "commandTimeoutMs must be"],
  ["a start without end", { ...good, startTimeoutMs: Number.POSITIVE_INFINITY }, "startTimeoutMs"],
  ["a stop of NaN", { ...good, stopTimeoutMs: Number.NaN }, "stopTimeoutMs must be"],
  ["mandates that live for a week", { ...good, maxMandateLifetimeMs: 7 * 86_400_000 }, "maxMand"],
];

describe.each([
  ["RedisRevocationConsumer", RedisRevocationConsumer],
  ["RedisDelegationConsumer", RedisDelegationConsumer],
])("%s", (_, Consumer) => {
  test.each(bad)("%s: refused at construction, without quoting a key", (_, options, message) => {
    const create = () => new Consumer(options as RedisConsumerOptions);
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(message);
    expect(create).not.toThrow(/abab/);
  });

  test("before its start it is not ready; stopping it then is allowed", async () => {
    const consumer = new Consumer(good);
    expect(consumer.health()).toEqual({
      state: "new",
      ready: false,
      lastReadAgoMs: undefined,
      pending: 0,
      oldestMs: 0,
      applied: 0,
      deadLetters: 0,
      reclaimed: 0,
      trimmed: 0,
      wrongSignatures: 0,
      loss: undefined,
      lastError: undefined,
    });
    await consumer.stop();
    expect(consumer.health().state).toBe("stopped");
  });

  test("shows no key to a log", () => {
    const consumer = new Consumer(good);
    expect(JSON.stringify(consumer)).not.toContain("abab");
  });
});
