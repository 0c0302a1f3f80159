import { randomUUID } from "node:crypto";
import { agentMandate, createDevSts, type DevSts } from "@caracalai/dev-sts";
import { median, quantile } from "../shared/median.js";
import { Caller, CONNECTIONS } from "./caller.js";
import { type Server, startServer } from "./start-server.js";

/** What calls of one kind cost. Microseconds. */
export interface CallCost {
  readonly name: "no protection" | "known mandate" | "new mandate";
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
}

const AUDIENCE = "https://mcp.example.com";
const ZONE = "zone_a";
const CALLS_A_SLICE = 240;
const WARM_UP_SLICES = 6;

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

export async function measureMode(mode: ModeCost["mode"], slices: number): Promise<ModeCost> {
  const sts = await createDevSts({ zones: [ZONE], audience: AUDIENCE, announce: () => {} });
  const setting = {
    stateless: mode === "stateless",
    issuer: sts.issuer,
    audience: AUDIENCE,
    zoneId: ZONE,
  };
  const bare = await startServer({ ...setting, isProtected: false });
  const guarded = await startServer({ ...setting, isProtected: true });
  const contenders = contendersOf(sts, bare, guarded);
  try {
    for (const { caller, tokens } of contenders) await caller.open(tokens()[0]);
    return { mode, calls: summarize(await timeSlices(contenders, slices)) };
  } finally {
    for (const { caller } of contenders) caller.close();
    await Promise.all([sts.close(), bare.stop(), guarded.stop()]);
  }
}

function contendersOf(sts: DevSts, bare: Server, guarded: Server): readonly Contender[] {
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
      name: "known mandate",
      server: guarded,
      caller: new Caller(guarded.url),
      tokens: () => times(() => known),
    },
    {
      name: "new mandate",
      server: guarded,
      caller: new Caller(guarded.url),
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
