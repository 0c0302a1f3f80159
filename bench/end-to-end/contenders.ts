import { randomUUID } from "node:crypto";
import { agentMandate, createDevSts, type DevSts } from "@caracalai/dev-sts";
import { Caller } from "./caller.js";
import type { Protection } from "./server-process.js";
import { type Server, startServer } from "./start-server.js";

/** What is compared: a server, and what it is sent. */
export interface Contender {
  readonly name:
    | "no protection"
    | "anyone let in"
    | "least check"
    | "known mandate"
    | "new mandate";
  readonly server: Server;
  readonly caller: Caller;
  /** A token for each of so many calls. */
  readonly tokens: (calls: number) => readonly (string | undefined)[];
}

/** All of them, with servers of their own, so that all have as many calls behind them. */
export interface Contenders {
  readonly all: readonly Contender[];
  close(): Promise<void>;
}

const AUDIENCE = "https://mcp.example.com";
const ZONE = "zone_a";

export async function startContenders(stateless: boolean): Promise<Contenders> {
  const sts = await createDevSts({ zones: [ZONE], audience: AUDIENCE, announce: () => {} });
  const setting = { stateless, issuer: sts.issuer, audience: AUDIENCE, zoneId: ZONE };
  const mint = minter(sts);
  const known = mint();
  const kinds: readonly (readonly [Contender["name"], Protection, () => string | undefined])[] = [
    ["no protection", "none", () => undefined],
    ["anyone let in", "anyone", () => known],
    ["least check", "least", () => known],
    ["known mandate", "mandates", () => known],
    ["new mandate", "mandates", mint],
  ];
  const all: Contender[] = [];
  const close = async () => {
    for (const { caller } of all) caller.close();
    await Promise.all([sts.close(), ...all.map(({ server }) => server.stop())]);
  };
  try {
    for (const [name, protection, token] of kinds) {
      const server = await startServer({ ...setting, protection });
      const tokens = (calls: number) => Array.from({ length: calls }, token);
      all.push({ name, server, caller: new Caller(server.url), tokens });
    }
    for (const { caller, tokens } of all) await caller.open(tokens(1)[0]);
  } catch (error) {
    await close();
    throw error;
  }
  return { all, close };
}

/** Of one caller, as a session belongs to it; each mandate of a session of its own. */
function minter(sts: DevSts): () => string {
  const caller = { sub: randomUUID(), client_id: randomUUID() };
  const scope = "mcp:tool:call notes:read";
  return () => {
    const ids = { sid: randomUUID(), root_sid: randomUUID(), agent_session_id: randomUUID() };
    return sts.mint(agentMandate({ ...caller, ...ids, scope }));
  };
}
