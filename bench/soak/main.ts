import { randomUUID } from "node:crypto";
import process from "node:process";
import { setImmediate as turn } from "node:timers/promises";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import type { MandateVerifier } from "@caracalai/transport-mcp";
import { countOf } from "../shared/extent.js";
import { fresh } from "../shared/fresh.js";
import { type Provenance, provenance } from "../shared/provenance.js";
import { writeResults } from "../shared/write-results.js";
import { createOurs } from "../verify/ours.js";
import { createSetting, mintOne, mintUsual, type Setting } from "../verify/setting.js";
import { growthOf } from "./growth.js";

/** The memory of the process right after a garbage collection, in bytes. */
export interface Sample {
  readonly seconds: number;
  readonly verifications: number;
  readonly heap: number;
  /** Of typed arrays and buffers. */
  readonly buffers: number;
  readonly resident: number;
}

/** Everything of one run, as it is written. */
export interface Soak {
  readonly provenance: Provenance;
  readonly seconds: number;
  /** By how much the heap and buffers of the last third are more than those of the second, as a share. */
  readonly growth: number;
  readonly outcomes: Readonly<Record<string, number>>;
  /** How often a mandate was refused for its age, and another one took its place. */
  readonly renewals: number;
  readonly samples: readonly Sample[];
}

const SECONDS = countOf("SOAK_SECONDS", 600);
const SAMPLES = 60;
/** More than are remembered, so that something is forgotten all the time. */
const MANDATES = 50_000;
const KNOWN = 16;
/** Few enough to be remembered, each renewed when it is refused for its age, as clients do. */
const RENEWED = 400;
const RENEWED_SECONDS = 10;
const REVOCATION_TTL_MS = 20_000;
/** More than this is no noise of the garbage collector's. */
const MAX_GROWTH = 0.03;

const { gc } = globalThis;
if (gc === undefined) throw new Error("Run it with --expose-gc");

/** As the traffic of a busy server: known mandates, others in turn, and some that are refused. */
function trafficOf(setting: Setting): (count: number) => string {
  const others = mintUsual(setting, MANDATES);
  const known = mintUsual(setting, KNOWN);
  const refused = [
    setting.sts.mint({}, { tamper: "signature" }),
    setting.sts.mint({ aud: ["https://other.example.com"] }),
    "not.a.token",
  ];
  return (count) => {
    const kind = count % 10;
    if (kind < 5) return known[count % KNOWN] ?? "";
    if (kind === 9) return refused[count % refused.length] ?? "";
    return others[count % MANDATES] ?? "";
  };
}

const setting = await createSetting();
try {
  const revocations = new InMemoryRevocationStore();
  const verifier = await createOurs(setting, { revocations });
  const tokenOf = trafficOf(setting);
  const renewing = await createOurs(setting, { revocations });
  const renewed = Array.from({ length: RENEWED }, () => mintOne(setting, RENEWED_SECONDS));
  const outcomes: Record<string, number> = {};
  const samples: Sample[] = [];
  const start = performance.now();
  let count = 0;
  let [renewals, turns] = [0, 0];

  const round = async ({ authenticate }: MandateVerifier): Promise<void> => {
    for (let call = 0; call < 100; call += 1) {
      const result = await authenticate(fresh(tokenOf(count)));
      const outcome = result.ok ? "ok" : `${result.error.code}/${result.error.check}`;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      // Coprime to everything above: in time, every kind of token comes at every place.
      count += 7;
    }
    for (let call = 0; call < 20; call += 1) {
      const at = turns % RENEWED;
      turns += 1;
      const { ok } = await renewing.authenticate(fresh(renewed[at] ?? ""));
      if (!ok) renewed[at] = mintOne(setting, RENEWED_SECONDS);
      renewals += ok ? 0 : 1;
    }
    revocations.markRevoked(randomUUID(), REVOCATION_TTL_MS);
    await turn();
  };
  const sample = (seconds: number): Sample => {
    gc();
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
    const verifications = count / 7;
    return { seconds, verifications, heap: heapUsed, buffers: arrayBuffers, resident: rss };
  };

  for (let at = 1; at <= SAMPLES; at += 1) {
    const until = (SECONDS / SAMPLES) * at;
    while (performance.now() - start < until * 1_000) await round(verifier);
    samples.push(sample(Math.round((performance.now() - start) / 1_000)));
  }

  const growth = growthOf(samples.map(({ heap, buffers }) => heap + buffers));
  const run = { seconds: SECONDS, growth, outcomes, renewals, samples };
  const results: Soak = { provenance: provenance(), ...run };
  console.log(`${count / 7} verifications in ${SECONDS} s`, outcomes);
  console.log(`growth from the second third to the last: ${(growth * 100).toFixed(2)} %`);
  writeResults("soak", results);
  if (growth > MAX_GROWTH) process.exitCode = 1;
} finally {
  await setting.sts.close();
}
