import { readFileSync } from "node:fs";
import process from "node:process";
import { countOf, partsOf } from "../shared/extent.js";
import { provenance } from "../shared/provenance.js";
import { root, writeResults } from "../shared/write-results.js";
import {
  type Axis,
  assertOutcomes,
  chains,
  knownMandates,
  manyMandates,
  newMandates,
  refusals,
  stores,
} from "./axes.js";
import { type AxisResult, type Results, resultOf, tablesOf } from "./report.js";
import { createSetting } from "./setting.js";
import { timeInterleaved } from "./timing.js";

const CYCLES = countOf("BENCH_CYCLES", 60);
const MANY = countOf("BENCH_MANY", 100_000);

const PEERS = ["fast-jwt", "jose", "jsonwebtoken", "mcp-auth", "express-oauth2-jwt-bearer"];

/** As the root's package.json pins them. */
function versions(): Readonly<Record<string, string>> {
  const { devDependencies } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  return Object.fromEntries(PEERS.map((name) => [name, devDependencies[name]]));
}

const AXES = ["new", "known", "several", "many", "chains", "stores", "refusals"] as const;
const chosen = partsOf("BENCH_AXES", AXES);
const setting = await createSetting();
const axesByName: Readonly<
  Record<(typeof AXES)[number], readonly [() => Promise<Axis>, isAccepted: boolean]>
> = {
  new: [() => newMandates(setting, CYCLES), true],
  known: [() => knownMandates(setting, 1), true],
  several: [() => knownMandates(setting, 16), true],
  many: [() => manyMandates(setting, MANY), true],
  chains: [() => chains(setting, CYCLES), true],
  stores: [() => stores(setting, CYCLES), true],
  refusals: [() => refusals(setting), false],
};
const axes: AxisResult[] = [];

/** After each axis: what was measured is not lost with what comes after. */
function write(): Results {
  const results = { provenance: provenance(), versions: versions(), cycles: CYCLES, axes };
  writeResults(`verify-node-${process.versions.node.split(".")[0]}`, results);
  return results;
}

async function measure(axis: Axis, isAccepted: boolean): Promise<void> {
  const [floor, ...others] = axis.entries;
  if (floor !== undefined) await assertOutcomes({ ...axis, entries: [floor] }, true);
  await assertOutcomes({ ...axis, entries: others }, isAccepted);
  axes.push(resultOf(axis, await timeInterleaved(axis.entries, CYCLES)));
  write();
}

try {
  for (const name of chosen) {
    const [make, isAccepted] = axesByName[name];
    const axis = await make();
    await measure(axis, isAccepted).finally(axis.close);
  }
  console.log(tablesOf(write()));
} finally {
  await setting.sts.close();
}
