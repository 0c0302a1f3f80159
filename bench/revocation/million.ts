import { randomUUID } from "node:crypto";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { RedisRevocationReplica, RedisRevocationStore } from "@caracalai/revocation-redis";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import { eventually } from "../../packages/revocation-redis/test/support/eventually.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { connect } from "./connect.js";
import { type Distribution, distributionOf } from "./distribution.js";
import { fillKeys, fillStream } from "./fill.js";

/** What a start takes, from `start()` to the first answer. */
export interface Start {
  readonly name: string;
  readonly seconds: readonly number[];
  /** The longest time for which nothing else ran in the process meanwhile, in milliseconds. */
  readonly longestPauseMs: number;
}

/** A million revocations. Bytes for each entry; nanoseconds for each question about one anchor. */
export interface Million {
  readonly count: number;
  readonly redisBytes: number;
  readonly replicaBytes: number;
  readonly memoryBytes: number;
  readonly starts: readonly Start[];
  readonly lookups: readonly Lookup[];
  /** Of the shared store, one question at a time, in milliseconds. */
  readonly roundTrip: Distribution;
}

/** What one question takes, as the median over all turns, in nanoseconds. */
export interface Lookup {
  readonly name: string;
  readonly revoked: number;
  readonly live: number;
}

const QUESTIONS = 200_000;
const TURNS = 7;
const STREAM = 100_000;

/** Has to run with --expose-gc, and alone in its process. */
export async function measureMillion(count: number, repetitions: number): Promise<Million> {
  const server = await startRedis();
  const { redis, end } = await connect(server.url);
  const create = () =>
    new RedisRevocationReplica({
      redis,
      signatureKeys: [KEY],
      adoptUnmarkedAfterMs: 0,
      maxEntries: count + STREAM,
      startTimeoutMs: 300_000,
    });
  const { anchors, bytes } = await fillKeys(server.url, count);

  // Compiled code and buffers of the runtime are there before memory is measured.
  await startOnce(create);
  const before = usedMemory();
  const replica = create();
  await replica.start();
  const replicaBytes = (usedMemory() - before) / count;

  const beforeMemory = usedMemory();
  const memory = new InMemoryRevocationStore({ maxEntries: count });
  // As text that came over a network: of its own, and not shared with what is asked later.
  for (const anchor of anchors) memory.markRevoked(copyOf(anchor));
  const memoryBytes = (usedMemory() - beforeMemory) / count;

  const others = Array.from({ length: QUESTIONS }, () => randomUUID());
  // Filling the memory has kept the replica from hearing of anything.
  await eventually(() => replica.ready, "the replica is ready again", 60_000);
  const lookups = timeLookups({ replica, memory }, anchors, others);
  const shared = new RedisRevocationStore({ redis });
  const roundTrip = distributionOf(await timeRoundTrips(shared, others.slice(0, 5_000)));
  await replica.stop();

  const starts = [await timeStarts("keys alone", create, repetitions)];
  await fillStream(server.url, anchors.slice(0, STREAM));
  const name = `keys, and a stream of ${STREAM.toLocaleString("en")} signed events`;
  starts.push(await timeStarts(name, create, repetitions));
  end();
  await server.stop();
  const redisBytes = bytes / count;
  return { count, redisBytes, replicaBytes, memoryBytes, starts, lookups, roundTrip };
}

type Create = () => RedisRevocationReplica;

async function startOnce(create: Create): Promise<number> {
  const replica = create();
  const start = performance.now();
  await replica.start();
  const seconds = (performance.now() - start) / 1_000;
  await replica.stop();
  return seconds;
}

async function timeStarts(name: string, create: Create, repetitions: number): Promise<Start> {
  const stopWatch = watchPauses();
  const seconds: number[] = [];
  for (let turn = 0; turn < repetitions; turn += 1) seconds.push(await startOnce(create));
  return { name, seconds, longestPauseMs: stopWatch() };
}

/** The longest time for which nothing else ran, beyond the millisecond that is waited. */
function watchPauses(): () => number {
  let [longest, last] = [0, performance.now()];
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

/** Both take turns, with the same questions in the same order. */
function timeLookups(
  stores: Readonly<Record<string, { isRevoked(anchor: string): boolean }>>,
  anchors: readonly string[],
  others: readonly string[],
): Lookup[] {
  const step = Math.floor(anchors.length / QUESTIONS) || 1;
  const revoked = others.map((_, at) => copyOf(anchors[(at * step) % anchors.length] ?? ""));
  const names = Object.keys(stores);
  const times = names.map(() => ({ revoked: [] as number[], live: [] as number[] }));
  for (let turn = -1; turn < TURNS; turn += 1) {
    for (const [at, store] of Object.values(stores).entries()) {
      const taken = { revoked: time(store, revoked, true), live: time(store, others, false) };
      if (turn < 0) continue;
      times[at]?.revoked.push(taken.revoked);
      times[at]?.live.push(taken.live);
    }
  }
  return names.map((name, at) => ({
    name,
    revoked: distributionOf(times[at]?.revoked ?? []).p50,
    live: distributionOf(times[at]?.live ?? []).p50,
  }));
}

/** Nanoseconds for each question. A wrong answer ends it. */
function time(
  store: { isRevoked(anchor: string): boolean },
  anchors: readonly string[],
  expected: boolean,
): number {
  // Strings that were not hashed yet, as those of a token that has just been parsed.
  const fresh = anchors.map(copyOf);
  const start = process.hrtime.bigint();
  let wrong = 0;
  for (const anchor of fresh) if (store.isRevoked(anchor) !== expected) wrong += 1;
  const nanoseconds = Number(process.hrtime.bigint() - start);
  if (wrong > 0) throw new Error(`${wrong} wrong answers.`);
  return nanoseconds / anchors.length;
}

async function timeRoundTrips(
  store: RedisRevocationStore,
  anchors: readonly string[],
): Promise<number[]> {
  const times: number[] = [];
  for (const anchor of anchors) {
    const start = performance.now();
    await store.isRevoked(anchor);
    times.push(performance.now() - start);
  }
  return times.slice(times.length / 10);
}

function copyOf(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

function usedMemory(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
