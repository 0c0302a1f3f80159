import type { Provenance } from "../shared/provenance.js";
import { endToEndSection } from "./end-to-end-section.js";
import type { Measured } from "./load-results.js";
import { digits } from "./markdown.js";
import { pythonSection } from "./python-section.js";
import { type Files, scaleFiles, scaleSection } from "./scale-section.js";
import { sizingSection } from "./sizing-section.js";
import { soakFiles, soakSection } from "./soak-section.js";
import { verifySection } from "./verify-section.js";

/** The whole of docs/performance.md. */
export function reportOf(measured: Measured): string {
  const { verify, endToEnd, scale, soak, python } = measured;
  const runs: readonly (readonly [string, Provenance])[] = [
    ...verify.map(({ provenance }) => ["`make bench`", provenance] as const),
    ...endToEnd.map(({ provenance }) => ["`make bench-end-to-end`", provenance] as const),
    ["`make bench-scale`", scale.provenance],
    ["`make soak`", soak.provenance],
  ];
  return [
    "# Performance",
    "What verification costs beside the raw signature and beside others, end to end, and at scale. Written by `make performance` from the files in `bench/results/`, which the benches write; do not edit.",
    "Absolute times belong to one machine, which others were using as well. Trust ratios: all that is compared took turns in one run.",
    runs.map(runOf).join("\n"),
    "To try something out, runs can be shortened: `BENCH_CYCLES`, `BENCH_AXES` (new, known, several, many, chains, stores, refusals) and `BENCH_MANY` for `make bench`, `BENCH_SLICES` for `make bench-end-to-end`, `BENCH_CYCLES`, `BENCH_PARTS` (imports, memory, curves) and `BENCH_REVOCATIONS` for `make bench-scale`, `SOAK_SECONDS` for `make soak`; `BENCH_NODES` names versions of Node. What they write goes to `reports/bench/`, and not to this page.",
    sizingSection(measured),
    verifySection(verify),
    endToEndSection(endToEnd),
    scaleSection(scale),
    soakSection(soak),
    pythonSection(python),
    GUARD,
    "",
  ].join("\n\n");
}

const GUARD = `## In CI

\`bench/guard\`, part of \`make test\`, holds ratios of one run against limits, each wider by the noise that the same run has measured: a signature that is verified twice is noticed, a mandate that is not known again, a token that is digested twice. It does not notice what takes less than a tenth of a signature, such as a payload that is parsed twice.`;

/** The plots in docs/performance/. */
export function filesOf({ scale, soak }: Measured): Files {
  return { ...scaleFiles(scale), ...soakFiles(soak) };
}

function runOf([command, provenance]: readonly [string, Provenance]): string {
  const { date, commit, node, platform, processors, processor, loadAverage } = provenance;
  return `- ${command}: ${date}, commit ${commit}, Node ${node}, ${platform}, ${processors} x ${processor}, load average ${digits(loadAverage)}`;
}
