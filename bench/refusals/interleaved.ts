import type { AuthResult } from "@caracalai/transport-mcp";
import { fresh } from "../shared/fresh.js";
import { median as medianOf } from "../shared/median.js";
import type { RefusalCase } from "./refusal-cases.js";

/** What a call takes, in microseconds, and how it compares with an acceptance of the same cycle. */
export interface Timing {
  readonly name: string;
  readonly expected: string;
  readonly beside: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly ratio: number;
}

/** Times all cases in turn, again and again (A B C A B C …); the first cycles only warm up. */
export async function timeInterleaved(
  cases: readonly RefusalCase[],
  cycles: number,
): Promise<readonly Timing[]> {
  for (const item of cases) await assertOutcome(item);
  const warmUp = Math.ceil(cycles / 5);
  const samples: number[][] = cases.map(() => []);
  for (let cycle = -warmUp; cycle < cycles; cycle += 1) {
    for (const [at, item] of cases.entries()) {
      const micros = await timeBatch(item);
      if (cycle >= 0) samples[at]?.push(micros);
    }
  }
  return cases.map(({ name, expected, beside }, at) => {
    const own = samples[at] ?? [];
    const baseline = samples[cases.findIndex((item) => item.name === beside)] ?? [];
    const ratios = own.map((micros, cycle) => micros / (baseline[cycle] ?? Number.NaN));
    const [min, max] = [Math.min(...own), Math.max(...own)];
    return { name, expected, beside, median: medianOf(own), min, max, ratio: medianOf(ratios) };
  });
}

async function timeBatch({ input, judge, batch }: RefusalCase): Promise<number> {
  const inputs = Array.from({ length: batch }, () => fresh(input));
  const start = process.hrtime.bigint();
  for (const text of inputs) await judge(text);
  return Number(process.hrtime.bigint() - start) / 1_000 / batch;
}

/** A benchmark of anything but what it says would be worse than none. */
async function assertOutcome({ name, expected, input, judge }: RefusalCase): Promise<void> {
  const word = wordOf(await judge(input));
  if (word !== expected) throw new Error(`${name}: ${word} instead of ${expected}`);
}

export function wordOf(result: AuthResult): string {
  return result.ok ? "ok" : `${result.error.code}/${result.error.check}`;
}
