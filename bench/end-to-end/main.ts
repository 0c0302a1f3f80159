import process from "node:process";
import { countOf } from "../shared/extent.js";
import { type Provenance, provenance } from "../shared/provenance.js";
import { signatureCost } from "../shared/signature-cost.js";
import { writeResults } from "../shared/write-results.js";
import { type ColdCost, measureCold } from "./cold.js";
import { type ModeCost, measureMode } from "./measure.js";

/** Everything of one run, as it is written. */
export interface EndToEnd {
  readonly provenance: Provenance;
  /** How often the servers were started, and how much was timed with each start. */
  readonly starts: number;
  readonly slices: number;
  /** Of one raw signature, in microseconds of processor time. */
  readonly signature: number;
  readonly modes: readonly ModeCost[];
  /** What checks take whose code and data were driven out of the processor's caches. */
  readonly cold: readonly ColdCost[];
}

const STARTS = 3;
const SLICES = countOf("BENCH_SLICES", 20);

const cold = await measureCold();
const modes = [
  await measureMode("stateless", STARTS, SLICES),
  await measureMode("stateful", STARTS, SLICES),
];
const results: EndToEnd = {
  provenance: provenance(),
  starts: STARTS,
  slices: SLICES,
  signature: signatureCost(),
  modes,
  cold,
};
console.log(`A signature: ${results.signature.toFixed(0)} µs`);
console.table(cold);
for (const { mode, calls, profiles } of modes) {
  console.log(mode);
  console.table(calls);
  console.table(Object.fromEntries(profiles.map(({ name, parts }) => [name, parts])));
}
writeResults(`end-to-end-node-${process.versions.node.split(".")[0]}`, results);
