import { median, quantile } from "../shared/median.js";
import type { Contender } from "./contenders.js";
import { measureOnce, type Round, type Slice } from "./measure-once.js";
import type { Part } from "./profile-parts.js";

/** What calls of one kind cost. Microseconds. */
export interface CallCost {
  readonly name: Contender["name"];
  /** Of the server's processor time, for a call: the median over all slices. */
  readonly processor: number;
  /** What it has more of than calls without protection, slice by slice: the median. */
  readonly more: number;
  /** The same as a share of a call without protection. */
  readonly share: number;
  readonly requestsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** Both ways to serve Streamable HTTP. */
export interface ModeCost {
  readonly mode: "stateless" | "stateful";
  readonly calls: readonly CallCost[];
  /** Of a server's processor time for a call, what each part takes, in microseconds: by a profile. */
  readonly profiles: readonly {
    readonly name: CallCost["name"];
    readonly parts: Readonly<Partial<Record<Part, number>>>;
  }[];
}

/**
 * @param starts - how often all servers are started anew: one process of a server may be slower than
 *   another of the same for as long as it runs, by as much as all that is compared here
 * @param slices - of each contender, with each start
 */
export async function measureMode(
  mode: ModeCost["mode"],
  starts: number,
  slices: number,
): Promise<ModeCost> {
  const rounds: Round[] = [];
  for (let start = 1; start <= starts; start += 1) {
    rounds.push(await measureOnce(mode, slices, start === starts));
  }
  const [first] = rounds;
  const timed = new Map(
    [...(first?.timed.keys() ?? [])].map((name) => [
      name,
      rounds.flatMap((round) => round.timed.get(name) ?? []),
    ]),
  );
  const calls = summarize(timed);
  const profiles = (rounds.at(-1)?.shares ?? []).map(({ name, shares }) => {
    const processor = calls.find((call) => call.name === name)?.processor ?? Number.NaN;
    const parts = Object.entries(shares).map(([part, share]) => [part, share * processor]);
    return { name, parts: Object.fromEntries(parts) };
  });
  return { mode, calls, profiles };
}

function summarize(byName: ReadonlyMap<CallCost["name"], readonly Slice[]>): readonly CallCost[] {
  const bare = byName.get("no protection") ?? [];
  return [...byName].map(([name, slices]) => {
    const latencies = slices.flatMap((slice) => slice.latencies);
    const beside = slices.map(
      ({ processor }, at) => [processor, bare[at]?.processor ?? 0] as const,
    );
    return {
      name,
      processor: median(slices.map(({ processor }) => processor)),
      more: median(beside.map(([own, other]) => own - other)),
      share: median(beside.map(([own, other]) => own / other - 1)),
      requestsPerSecond: 1e6 / median(slices.map(({ wall }) => wall)),
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    };
  });
}
