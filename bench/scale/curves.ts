import { randomUUID } from "node:crypto";
import { agentMandate, createDevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";
import { RedisRevocationReplica } from "@caracalai/revocation-redis";
import type { MandateVerifier } from "@caracalai/transport-mcp";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { connect } from "../revocation/connect.js";
import { fillKeys } from "../revocation/fill.js";
import { createOurs, floor, ours } from "../verify/ours.js";
import { AUDIENCE, mintDelegated, mintUsual, type Setting } from "../verify/setting.js";
import type { Stores } from "../verify/stores.js";
import type { Entry } from "../verify/timing.js";
import { type Curve, type Place, timeCurve } from "./curve.js";

const NEW_CALLS = 60;
const KNOWN_CALLS = 1_000;
const WARM_UP = 1.2;

/** Tokens in turn, so many in a cycle. */
function entryOf(
  verifier: MandateVerifier,
  tokens: readonly string[],
  calls: number,
  atOnce = 1,
): Entry {
  const tokensOf = (cycle: number) =>
    Array.from({ length: calls }, (_, at) => tokens[(cycle * calls + at) % tokens.length] ?? "");
  return { name: "", contender: ours("", verifier), tokensOf, atOnce };
}

function floorEntry(setting: Setting): Entry {
  const tokens = mintUsual(setting, 1);
  return {
    name: "",
    contender: floor(setting),
    tokensOf: () => Array.from({ length: NEW_CALLS }, () => tokens[0] ?? ""),
  };
}

/** How many new mandates all cycles take. */
const newCount = (cycles: number) => Math.ceil(cycles * WARM_UP) * NEW_CALLS;

function places(
  x: number,
  label: string,
  verifier: MandateVerifier,
  tokens: readonly string[],
): readonly Place[] {
  const known = tokens.slice(0, 1);
  return [
    { series: `new${label}`, x, entry: entryOf(verifier, tokens, NEW_CALLS) },
    { series: `known${label}`, x, entry: entryOf(verifier, known, KNOWN_CALLS) },
  ];
}

/** Against how many anchors are revoked. None of those that the mandates have. */
export async function byRevocations(
  setting: Setting,
  counts: readonly number[],
  cycles: number,
): Promise<Curve> {
  const tokens = mintUsual(setting, newCount(cycles));
  const server = await startRedis();
  const started: (() => Promise<void>)[] = [];
  const all: Place[] = [];
  const place = async (count: number, name: string, revocations: RevocationStore) => {
    all.push(...places(count, `, ${name}`, await createOurs(setting, { revocations }), tokens));
  };
  try {
    let filled: readonly string[] = [];
    for (const count of counts) {
      const { anchors } = await fillKeys(server.url, count - filled.length);
      filled = [...filled, ...anchors];
      const { replica, stop } = await startReplica(server.url, count);
      started.push(stop);
      await place(count, "replica", replica);
    }
    for (const count of counts) {
      const memory = new InMemoryRevocationStore({ maxEntries: count });
      for (const anchor of filled.slice(0, count)) memory.markRevoked(anchor);
      await place(count, "memory", memory);
    }
    const about = { name: "Revocations", x: "revoked anchors" };
    return await timeCurve(about, floorEntry(setting), all, cycles);
  } finally {
    for (const stop of started) await stop();
    await server.stop();
  }
}

async function startReplica(url: string, count: number) {
  const { redis, end } = await connect(url);
  const replica = new RedisRevocationReplica({
    redis,
    signatureKeys: [KEY],
    adoptUnmarkedAfterMs: 0,
    // It is kept from reading while others are timed.
    maxStalenessMs: 60_000,
    maxEntries: count + 1_000,
    startTimeoutMs: 120_000,
  });
  await replica.start();
  const stop = async () => {
    await replica.stop();
    end();
  };
  return { replica, stop };
}

/** Against how many zones a server accepts, with mandates of all of them in turn. */
export async function byZones(
  setting: Setting,
  counts: readonly number[],
  cycles: number,
): Promise<Curve> {
  const zones = Array.from({ length: Math.max(...counts) }, (_, at) => `zone_${at}`);
  const sts = await createDevSts({ zones, audience: AUDIENCE, announce: () => {} });
  try {
    const all: Place[] = [];
    for (const count of counts) {
      const zoneId = zones.slice(0, count);
      const verifier = await createOurs({ ...setting, sts }, { zoneId });
      const mint = (_: unknown, at: number) => {
        const claims = { sid: randomUUID(), root_sid: randomUUID(), scope: "notes:read" };
        return sts.mint(agentMandate(claims), { zone: zoneId[at % count] ?? "" });
      };
      const tokens = Array.from({ length: count + newCount(cycles) }, mint);
      const known = tokens.slice(0, count);
      // So that each is known by then: it takes two times.
      for (const token of [...known, ...known]) await verifier.authenticate(token);
      all.push(
        { series: "new", x: count, entry: entryOf(verifier, tokens.slice(count), NEW_CALLS) },
        { series: "known", x: count, entry: entryOf(verifier, known, KNOWN_CALLS) },
      );
    }
    const about = { name: "Zones", x: "zones" };
    return await timeCurve(about, floorEntry(setting), all, cycles);
  } finally {
    await sts.close();
  }
}

/** Against how often the authority was delegated; chain integrity is required. */
export async function byHops(
  setting: Setting,
  counts: readonly number[],
  cycles: number,
): Promise<Curve> {
  const all: Place[] = [];
  for (const hops of counts) {
    const verifier = await createOurs(setting, { requireChainIntegrity: true, maxHopCount: 64 });
    const count = newCount(cycles);
    const tokens = hops === 0 ? mintUsual(setting, count) : mintDelegated(setting, hops, count);
    all.push(...places(hops, "", verifier, tokens));
  }
  const about = { name: "Delegation", x: "hops" };
  return timeCurve(about, floorEntry(setting), all, cycles);
}

/** Against how many verifications are under way at a time. */
export async function byConcurrency(
  setting: Setting,
  stores: Stores,
  counts: readonly number[],
  cycles: number,
): Promise<Curve> {
  const all: Place[] = [];
  for (const [name, revocations] of Object.entries(stores.byName)) {
    const options = { revocations, revocationTimeoutMs: 10_000 };
    const verifier = await createOurs(setting, options);
    const known = mintUsual(setting, 1);
    for (const atOnce of counts) {
      const entry = entryOf(verifier, known, 512, atOnce);
      all.push({ series: `known, ${name}`, x: atOnce, entry });
    }
  }
  const about = { name: "Concurrency", x: "verifications under way" };
  return timeCurve(about, floorEntry(setting), all, cycles);
}
