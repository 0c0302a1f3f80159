// A replica of a million revocations over a real Redis: how long it takes to start and how much memory,
// how long a revocation is on its way, and what a question costs beside the other stores. Run with
// --expose-gc, after `npx tsc -b`. It starts a redis-server of its own.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { fromNodeRedis, RedisRevocationStore } from "@caracalai/revocation-redis";
import { createClient } from "redis";
import { RedisRevocationReplica } from "../../dist/replica/redis-revocation-replica.js";

const COUNT = Number(process.env.ENTRIES ?? 1_000_000);
const EVENTS = 2_000;
const PORT = Number(process.env.PORT ?? 17_379);
const PREFIX = "caracal:revoked:sessions:";
const STREAM = "caracal.sessions.revoke";

const used = () => {
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};
const percentile = (sorted, part) => sorted[Math.floor((sorted.length - 1) * part)];
const ms = (value) => `${value.toFixed(2)} ms`;

const command = process.env.REDIS_SERVER ?? "redis-server";
const server = spawn(command, ["--port", `${PORT}`, "--save", "", "--appendonly", "no"], {
  stdio: "ignore",
});
await sleep(500);
const client = createClient({ url: `redis://127.0.0.1:${PORT}` });
client.on("error", () => {});
await client.connect();
try {
  await fill();
  const redis = fromNodeRedis(client);
  const options = { redis, allowUnsigned: true, adoptUnmarkedAfterMs: 0, startTimeoutMs: 120_000 };
  const replica = new RedisRevocationReplica({ ...options, maxEntries: COUNT * 1.1 });
  const before = used();
  const longest = watchPauses();
  const start = performance.now();
  await replica.start();
  console.log(`start with ${COUNT} keys: ${((performance.now() - start) / 1_000).toFixed(2)} s`);
  console.log(`longest pause of the process meanwhile: ${ms(longest())}`);
  const bytes = (used() - before) / replica.health().entries;
  console.log(`memory: ${bytes.toFixed(1)} bytes for each of ${replica.health().entries} entries`);
  await propagation(replica);
  await questions(replica, new RedisRevocationStore({ redis }));
  await replica.stop();
} finally {
  client.destroy();
  server.kill("SIGKILL");
  await once(server, "exit");
}

async function fill() {
  const batch = 10_000;
  for (let done = 0; done < COUNT; done += batch) {
    const anchors = Array.from({ length: batch }, () => randomUUID());
    const script = `for _, a in ipairs(ARGV) do redis.call('SET', '${PREFIX}' .. a, '1', 'PX', 86400000) end`;
    await client.sendCommand(["EVAL", script, "0", ...anchors.slice(0, 5_000)]);
    await client.sendCommand(["EVAL", script, "0", ...anchors.slice(5_000)]);
  }
}

/** The longest time for which nothing else ran, beyond the millisecond that is waited. */
function watchPauses() {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last - 1);
    last = now;
  }, 1);
  return () => {
    clearInterval(timer);
    return longest;
  };
}

/** From sending XADD to the moment at which the replica tells its subscribers. */
async function propagation(replica) {
  const took = [];
  const waiting = new Map();
  replica.subscribe(({ anchor }) => {
    took.push(performance.now() - waiting.get(anchor));
    waiting.delete(anchor);
  });
  for (let index = 0; index < EVENTS; index += 1) {
    const anchor = randomUUID();
    waiting.set(anchor, performance.now());
    await client.sendCommand(["XADD", STREAM, "*", "sid", anchor]);
    await sleep(index % 4);
  }
  while (waiting.size > 0) await sleep(5);
  took.sort((a, b) => a - b);
  const [p50, p99, max] = [0.5, 0.99, 1].map((part) => ms(percentile(took, part)));
  console.log(`XADD to known: p50 ${p50}, p99 ${p99}, at most ${max} (${EVENTS} events)`);
}

/** Questions about four anchors and an epoch, none of them revoked. */
async function questions(replica, store) {
  const memory = new InMemoryRevocationStore({ maxEntries: COUNT });
  for (let index = 0; index < COUNT; index += 1) memory.markRevoked(randomUUID());
  const queries = Array.from({ length: 10_000 }, () => ({
    anchors: Array.from({ length: 4 }, () => Buffer.from(randomUUID()).toString("latin1")),
    zoneId: "zone",
  }));
  for (const [name, target] of [
    ["in memory", memory],
    ["replica", replica],
    ["in memory", memory],
    ["replica", replica],
  ]) {
    const start = performance.now();
    for (let index = 0; index < 500_000; index += 1) target.check(queries[index % queries.length]);
    report(name, 500_000, start);
    // Between two of them, the replica has to show that it is fresh.
    await sleep(1_500);
  }
  const start = performance.now();
  for (let done = 0; done < 50_000; done += 64) {
    await Promise.all(
      queries.slice(done % 9_000, (done % 9_000) + 64).map((it) => store.check(it)),
    );
  }
  report("shared store, 64 at a time", 50_000, start);
}

function report(name, count, start) {
  const seconds = (performance.now() - start) / 1_000;
  console.log(`${name}: ${Math.round(count / seconds).toLocaleString("en")} questions a second`);
}
