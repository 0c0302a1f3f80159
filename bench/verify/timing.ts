import process from "node:process";
import { median, quantile } from "../shared/median.js";
import type { Contender } from "./contender.js";

/** One row of an axis: who is called, with what, and how often in a cycle. */
export interface Entry {
  readonly name: string;
  readonly contender: Contender;
  /** The tokens of a cycle, as many as are to be judged. */
  readonly tokensOf: (cycle: number) => readonly string[];
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
  /** Calls timed one by one. */
  readonly p50: number;
  readonly p99: number;
  /** The ratio of each cycle, in their order. */
  readonly ratios: readonly number[];
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

interface Sample {
  readonly wall: number;
  readonly processor: number;
}

/**
 * Times all entries in turn, again and again (A B C A B C …). The first is the floor, which the
 * others are held against in each cycle. A fifth of the cycles goes before, and only warms up.
 */
export async function timeInterleaved(
  entries: readonly Entry[],
  cycles: number,
): Promise<readonly Timing[]> {
  const samples: Sample[][] = entries.map(() => []);
  const latencies: number[][] = entries.map(() => []);
  const warmUp = Math.ceil(cycles / 5);
  for (let cycle = 0; cycle < warmUp + cycles; cycle += 1) {
    for (const [at, { contender, tokensOf }] of entries.entries()) {
      const calls = tokensOf(cycle).map(contender.prepare);
      const half = calls.length >> 1;
      const sample = await timeTogether(calls.slice(0, half));
      const single = await timeOneByOne(calls.slice(half));
      if (cycle < warmUp) continue;
      samples[at]?.push(sample);
      latencies[at]?.push(...single);
    }
  }
  const [floor = []] = samples;
  return entries.map(({ name }, at) =>
    summarize(name, samples[at] ?? [], floor, latencies[at] ?? []),
  );
}

async function timeTogether(calls: readonly (() => unknown)[]): Promise<Sample> {
  const before = process.cpuUsage();
  const start = process.hrtime.bigint();
  for (const call of calls) {
    try {
      const answer = call();
      // Not awaited where there is nothing to wait for: that would be a cost of ours.
      if (answer instanceof Promise) await answer;
    } catch {
      // Refused: that this is as it should be was seen to before.
    }
  }
  const wall = Number(process.hrtime.bigint() - start) / 1_000;
  const { user, system } = process.cpuUsage(before);
  return { wall: wall / calls.length, processor: (user + system) / calls.length };
}

async function timeOneByOne(calls: readonly (() => unknown)[]): Promise<readonly number[]> {
  const times: number[] = [];
  for (const call of calls) {
    const start = process.hrtime.bigint();
    try {
      const answer = call();
      if (answer instanceof Promise) await answer;
    } catch {
      // As above.
    }
    times.push(Number(process.hrtime.bigint() - start) / 1_000);
  }
  return times;
}

function summarize(
  name: string,
  own: readonly Sample[],
  floor: readonly Sample[],
  latencies: readonly number[],
): Timing {
  const ratioOf = (of: keyof Sample) =>
    own.map((sample, cycle) => (floor[cycle]?.[of] ?? Number.NaN) / sample[of]);
  const ratios = ratioOf("wall");
  return {
    name,
    wall: spreadOf(own.map(({ wall }) => wall)),
    processor: spreadOf(own.map(({ processor }) => processor)),
    ratio: spreadOf(ratios),
    processorRatio: spreadOf(ratioOf("processor")),
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    ratios,
  };
}

function spreadOf(numbers: readonly number[]): Spread {
  return { median: median(numbers), min: quantile(numbers, 0), max: quantile(numbers, 1) };
}
