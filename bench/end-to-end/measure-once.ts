import { CONNECTIONS } from "./caller.js";
import { type Contender, startContenders } from "./contenders.js";
import type { Part } from "./profile-parts.js";

const CALLS_A_SLICE = 240;
const WARM_UP_SLICES = 24;
const PROFILED_SLICES = 12;

/** Some calls, one after the other. Microseconds of a call. */
export interface Slice {
  readonly processor: number;
  readonly wall: number;
  readonly latencies: readonly number[];
}

/** What came of one start of all servers. */
export interface Round {
  readonly timed: ReadonlyMap<Contender["name"], readonly Slice[]>;
  /** Which share of the time each part has, where it was profiled. */
  readonly shares: readonly {
    readonly name: Contender["name"];
    readonly shares: Readonly<Partial<Record<Part, number>>>;
  }[];
}

/** Starts all servers, and lets all take turns. */
export async function measureOnce(
  mode: "stateless" | "stateful",
  slices: number,
  isProfiled: boolean,
): Promise<Round> {
  const { all, close } = await startContenders(mode === "stateless");
  try {
    const timed = await timeSlices(all, slices);
    return { timed, shares: isProfiled ? await profileAll(all) : [] };
  } finally {
    await close();
  }
}

/** All take turns (A B C A B C …): what else the machine does meets all of them. */
async function timeSlices(
  contenders: readonly Contender[],
  slices: number,
): Promise<ReadonlyMap<Contender["name"], readonly Slice[]>> {
  const byName = new Map<Contender["name"], Slice[]>(contenders.map(({ name }) => [name, []]));
  for (let slice = -WARM_UP_SLICES; slice < slices; slice += 1) {
    for (const contender of contenders) {
      const timed = await timeSlice(contender);
      if (slice >= 0) byName.get(contender.name)?.push(timed);
    }
  }
  return byName;
}

async function timeSlice({ server, caller, tokens }: Contender): Promise<Slice> {
  const waiting = [...tokens(CALLS_A_SLICE)];
  const count = waiting.length;
  const latencies: number[] = [];
  const connection = async (): Promise<void> => {
    while (waiting.length > 0) {
      const token = waiting.pop();
      const start = performance.now();
      await caller.call(token);
      latencies.push((performance.now() - start) * 1_000);
    }
  };
  const before = await server.processorMicros();
  const start = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  const wall = (performance.now() - start) * 1_000;
  const processor = ((await server.processorMicros()) - before) / count;
  return { processor, wall: wall / count, latencies };
}

/** After all is timed, as to be profiled costs something: only the shares are taken from it. */
async function profileAll(contenders: readonly Contender[]): Promise<Round["shares"]> {
  const profiles: Round["shares"][number][] = [];
  for (const contender of contenders) {
    const shares = await contender.server.profile(async () => {
      for (let slice = 0; slice < PROFILED_SLICES; slice += 1) await timeSlice(contender);
    });
    profiles.push({ name: contender.name, shares });
  }
  return profiles;
}
