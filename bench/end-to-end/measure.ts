import { randomUUID } from "node:crypto";
import { agentMandate, createDevSts, type DevSts } from "@caracalai/dev-sts";
import { median, quantile } from "../shared/median.js";
import { Caller, CONNECTIONS } from "./caller.js";
import type { Part } from "./profile-parts.js";
import { type Server, startServer } from "./start-server.js";

/** What calls of one kind cost. Microseconds. */
export interface CallCost {
  readonly name:
    | "no protection"
    | "anyone let in"
    | "least check"
    | "known mandate"
    | "new mandate";
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

const AUDIENCE = "https://mcp.example.com";
const ZONE = "zone_a";
const CALLS_A_SLICE = 240;
const WARM_UP_SLICES = 24;
const PROFILED_SLICES = 12;

interface Slice {
  readonly processor: number;
  readonly wall: number;
  readonly latencies: readonly number[];
}

interface Contender {
  readonly name: CallCost["name"];
  readonly server: Server;
  readonly caller: Caller;
  /** A token for each call of a slice. */
  readonly tokens: () => readonly (string | undefined)[];
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

/** What came of one start of all servers. */
interface Round {
  readonly timed: ReadonlyMap<CallCost["name"], readonly Slice[]>;
  /** Which share of the time each part has, where it was profiled. */
  readonly shares: readonly {
    readonly name: CallCost["name"];
    readonly shares: Readonly<Partial<Record<Part, number>>>;
  }[];
}

async function measureOnce(
  mode: ModeCost["mode"],
  slices: number,
  isProfiled: boolean,
): Promise<Round> {
  const sts = await createDevSts({ zones: [ZONE], audience: AUDIENCE, announce: () => {} });
  const setting = {
    stateless: mode === "stateless",
    issuer: sts.issuer,
    audience: AUDIENCE,
    zoneId: ZONE,
  };
  // One for each, so that all have as many calls behind them.
  const servers = {
    bare: await startServer({ ...setting, protection: "none" }),
    open: await startServer({ ...setting, protection: "anyone" }),
    least: await startServer({ ...setting, protection: "least" }),
    guarded: await startServer({ ...setting, protection: "mandates" }),
    guardedAgain: await startServer({ ...setting, protection: "mandates" }),
  };
  const contenders = contendersOf(sts, servers);
  try {
    for (const { caller, tokens } of contenders) await caller.open(tokens()[0]);
    const timed = await timeSlices(contenders, slices);
    return { timed, shares: isProfiled ? await profileAll(contenders) : [] };
  } finally {
    for (const { caller } of contenders) caller.close();
    await Promise.all([sts.close(), ...Object.values(servers).map((server) => server.stop())]);
  }
}

interface Servers {
  readonly bare: Server;
  readonly open: Server;
  readonly least: Server;
  readonly guarded: Server;
  readonly guardedAgain: Server;
}

function contendersOf(
  sts: DevSts,
  { bare, open, least, guarded, guardedAgain }: Servers,
): readonly Contender[] {
  // One caller, as a session belongs to it; each mandate of a session of its own.
  const caller = { sub: randomUUID(), client_id: randomUUID() };
  const scope = "mcp:tool:call notes:read";
  const mint = () => {
    const ids = { sid: randomUUID(), root_sid: randomUUID(), agent_session_id: randomUUID() };
    return sts.mint(agentMandate({ ...caller, ...ids, scope }));
  };
  const known = mint();
  const times = <T>(make: () => T) => Array.from({ length: CALLS_A_SLICE }, make);
  return [
    {
      name: "no protection",
      server: bare,
      caller: new Caller(bare.url),
      tokens: () => times(() => undefined),
    },
    {
      name: "anyone let in",
      server: open,
      caller: new Caller(open.url),
      tokens: () => times(() => known),
    },
    {
      name: "least check",
      server: least,
      caller: new Caller(least.url),
      tokens: () => times(() => known),
    },
    {
      name: "known mandate",
      server: guarded,
      caller: new Caller(guarded.url),
      tokens: () => times(() => known),
    },
    {
      name: "new mandate",
      server: guardedAgain,
      caller: new Caller(guardedAgain.url),
      tokens: () => times(mint),
    },
  ];
}

/** All take turns (A B C A B C …): what else the machine does meets all of them. */
async function timeSlices(
  contenders: readonly Contender[],
  slices: number,
): Promise<ReadonlyMap<CallCost["name"], readonly Slice[]>> {
  const byName = new Map<CallCost["name"], Slice[]>(contenders.map(({ name }) => [name, []]));
  for (let slice = -WARM_UP_SLICES; slice < slices; slice += 1) {
    for (const contender of contenders) {
      const timed = await timeSlice(contender);
      if (slice >= 0) byName.get(contender.name)?.push(timed);
    }
  }
  return byName;
}

async function timeSlice({ server, caller, tokens }: Contender): Promise<Slice> {
  const waiting = [...tokens()];
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
