import process from "node:process";
import { setImmediate as turn } from "node:timers/promises";
import { median, quantile } from "../shared/median.js";
import { turnOrder } from "../shared/turn-order.js";
import type { Contender } from "./contender.js";

/** One row of an axis: who is called, with what, and how often in a cycle. */
export interface Entry {
  readonly name: string;
  readonly contender: Contender;
  /** The tokens of a cycle, as many as are to be judged. */
  readonly tokensOf: (cycle: number) => readonly string[];
  /** How many calls are under way at a time. Default 1. */
  readonly atOnce?: number;
}

/** What was measured of an entry. Times of one call, in microseconds. */
export interface Timing {
  readonly name: string;
  readonly wall: Spread;
  /** Processor time, of all threads. */
  readonly processor: Spread;
  /** The floor's time divided by this one's, of the same cycle: 1 is as fast as the raw primitive. */
  readonly ratio: Spread;
  readonly processorRatio: Spread;
  /** Of the fastest quarter of calls timed one by one: those that nothing else interrupted. */
  readonly quietRatio: number;
  /** Calls timed one by one. */
  readonly p50: number;
  readonly p99: number;
  /** The ratio of each cycle, in their order. */
  readonly ratios: readonly number[];
}

export interface Spread {
  readonly median: number;
  /** A quarter of all are less. */
  readonly quarter: number;
  readonly min: number;
  readonly max: number;
}

interface Sample {
  readonly wall: number;
  readonly processor: number;
}

/**
 * Times all entries in turn, again and again, each time in another order. The first is the floor, which
 * the others are held against in each cycle. A fifth of the cycles goes before, and only warms up.
 */
export async function timeInterleaved(
  entries: readonly Entry[],
  cycles: number,
): Promise<readonly Timing[]> {
  const samples: Sample[][] = entries.map(() => []);
  const latencies: number[][] = entries.map(() => []);
  const warmUp = Math.ceil(cycles / 5);
  for (let cycle = 0; cycle < warmUp + cycles; cycle += 1) {
    // What else the process has to do, such as to read what a replica is sent, is done here.
    await turn();
    for (const at of turnOrder(entries.length, cycle)) {
      const { contender, tokensOf, atOnce = 1 } = entries[at] as Entry;
      const calls = tokensOf(cycle).map(contender.prepare);
      const half = calls.length >> 1;
      const sample = await timeTogether(calls.slice(0, half), atOnce);
      const single = await timeOneByOne(calls.slice(half), atOnce);
      if (cycle < warmUp) continue;
      samples[at]?.push(sample);
      latencies[at]?.push(...single);
    }
  }
  const [floor = []] = samples;
  const [floorLatencies = []] = latencies;
  return entries.map(({ name }, at) => ({
    name,
    ...summarize(samples[at] ?? [], floor),
    ...summarizeSingle(latencies[at] ?? [], floorLatencies),
  }));
}

type Call = () => unknown;

async function timeTogether(calls: readonly Call[], atOnce: number): Promise<Sample> {
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  if (atOnce === 1) await inTurn(calls);
  else for (const some of chunks(calls, atOnce)) await Promise.all(some.map((it) => inTurn([it])));
  const wall = Number(process.hrtime.bigint() - start) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { wall: wall / calls.length, processor: (user + system) / calls.length };
}

async function inTurn(calls: readonly Call[]): Promise<void> {
  for (const call of calls) {
    try {
      const answer = call();
      // Not awaited where there is nothing to wait for: that would be a cost of ours.
      if (answer instanceof Promise) await answer;
    } catch {
      // Refused: that this is as it should be was seen to before.
    }
  }
}

async function timeOneByOne(calls: readonly Call[], atOnce: number): Promise<readonly number[]> {
  const times: number[] = [];
  const time = async (call: Call): Promise<void> => {
    const start = process.hrtime.bigint();
    await inTurn([call]);
    times.push(Number(process.hrtime.bigint() - start) / 1_000);
  };
  for (const some of chunks(calls, atOnce)) await Promise.all(some.map(time));
  return times;
}

function chunks<T>(items: readonly T[], length: number): readonly (readonly T[])[] {
  const count = Math.ceil(items.length / length);
  return Array.from({ length: count }, (_, at) => items.slice(at * length, (at + 1) * length));
}

function summarizeSingle(own: readonly number[], floor: readonly number[]) {
  return {
    quietRatio: quantile(floor, 0.25) / quantile(own, 0.25),
    p50: quantile(own, 0.5),
    p99: quantile(own, 0.99),
  };
}

function summarize(own: readonly Sample[], floor: readonly Sample[]) {
  const ratioOf = (of: keyof Sample) =>
    own.map((sample, cycle) => (floor[cycle]?.[of] ?? Number.NaN) / sample[of]);
  const ratios = ratioOf("wall");
  return {
    wall: spreadOf(own.map(({ wall }) => wall)),
    processor: spreadOf(own.map(({ processor }) => processor)),
    ratio: spreadOf(ratios),
    processorRatio: spreadOf(ratioOf("processor")),
    ratios,
  };
}

function spreadOf(numbers: readonly number[]): Spread {
  const [quarter, min, max] = [0.25, 0, 1].map((share) => quantile(numbers, share));
  return { median: median(numbers), quarter, min, max } as Spread;
}
