import { countOf, partsOf } from "../shared/extent.js";
import { type Provenance, provenance } from "../shared/provenance.js";
import { writeResults } from "../shared/write-results.js";
import { createSetting } from "../verify/setting.js";
import { startStores } from "../verify/stores.js";
import type { Curve } from "./curve.js";
import { byConcurrency, byHops, byRevocations, byZones } from "./curves.js";
import { type ImportCost, measureImports } from "./imports.js";
import { type Memory, measureMemory } from "./memory.js";

/** Everything of one run, as it is written. */
export interface Scale {
  readonly provenance: Provenance;
  readonly cycles: number;
  readonly curves: readonly Curve[];
  readonly memory: Memory;
  readonly imports: readonly ImportCost[];
}

const CYCLES = countOf("BENCH_CYCLES", 40);
const REVOCATIONS = countOf("BENCH_REVOCATIONS", 1_000_000);
const PARTS = partsOf("BENCH_PARTS", ["imports", "memory", "curves"]);

async function measureCurves(): Promise<readonly Curve[]> {
  const revocations = [1_000, 10_000, 100_000, 1_000_000].filter((it) => it <= REVOCATIONS);
  const stores = await startStores();
  const concurrency = await byConcurrency(setting, stores, [1, 4, 16, 64, 256], CYCLES).finally(
    () => stores.close(),
  );
  return [
    await byRevocations(setting, revocations, CYCLES),
    await byZones(setting, [1, 10, 100, 1_000], CYCLES),
    await byHops(setting, [0, 1, 2, 5, 10, 20], CYCLES),
    concurrency,
  ];
}

if (globalThis.gc === undefined) throw new Error("Run it with --expose-gc");
const setting = await createSetting();
try {
  const results = {
    provenance: provenance(),
    ...(PARTS.includes("imports") && { imports: measureImports() }),
    ...(PARTS.includes("memory") && { memory: await measureMemory(setting, REVOCATIONS) }),
    ...(PARTS.includes("curves") && { cycles: CYCLES, curves: await measureCurves() }),
  };
  console.log(JSON.stringify(results, undefined, 1));
  writeResults("scale", results);
} finally {
  await setting.sts.close();
}
