// An instance of the TypeScript half on the same Redis: a line of JSON asks, a line answers.
import { createInterface } from "node:readline";
import {
  createEventVerifier,
  fromNodeRedis,
  parseDelegationEvent,
  parseRevocationEvent,
  RedisDelegationConsumer,
  RedisRevocationConsumer,
  RedisRevocationReplica,
  RedisRevocationStore,
  signEvent,
} from "@caracalai/revocation-redis";
import { createClient } from "redis";

const [url, key] = process.argv.slice(2);
const signatureKeys = [key];
const client = createClient({ url });
client.on("error", () => {});
await client.connect();
const redis = fromNodeRedis(client);
const store = new RedisRevocationStore({ redis });
const running = {
  revocations: new RedisRevocationConsumer({ redis, store, signatureKeys }),
  delegations: new RedisDelegationConsumer({ redis, store, signatureKeys }),
  replica: new RedisRevocationReplica({ redis, signatureKeys, adoptUnmarkedAfterMs: 0 }),
};
const parsers = { revocations: parseRevocationEvent, delegations: parseDelegationEvent };

const actions = {
  start: (name) => running[name].start(),
  stop: (name) => running[name].stop(),
  health: (name) => running[name].health(),
  mark: (anchor, ttlMs) => store.markRevoked(anchor, ttlMs),
  raise: (zone, epoch) => store.markDelegationEpoch(zone, epoch),
  check: (anchors, zoneId) => store.check({ anchors, zoneId }),
  ask: (anchor) => running.replica.isRevoked(anchor),
  epoch: (zoneId) => running.replica.currentDelegationEpoch(zoneId),
  sign: (stream, fields) => signEvent(stream, fields, key),
  /** What an event says, or what is wrong with it; parts that are bytes come in base64. */
  parse: (name, stream, parts) => {
    const list = parts.map((it) => (typeof it === "string" ? it : Buffer.from(it[0], "base64")));
    try {
      return parsers[name](list, createEventVerifier(stream, { signatureKeys }));
    } catch (error) {
      return error.problem;
    }
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...args] = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await actions[name](...args)) ?? null };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
