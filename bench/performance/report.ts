import type { Provenance } from "../shared/provenance.js";
import { endToEndSection } from "./end-to-end-section.js";
import type { Measured } from "./load-results.js";
import { digits } from "./markdown.js";
import { type Files, scaleFiles, scaleSection } from "./scale-section.js";
import { sizingSection } from "./sizing-section.js";
import { soakFiles, soakSection } from "./soak-section.js";
import { verifySection } from "./verify-section.js";

/** The whole of docs/performance.md. */
export function reportOf(measured: Measured): string {
  const { verify, endToEnd, scale, soak } = measured;
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
    sizingSection(measured),
    verifySection(verify),
    endToEndSection(endToEnd),
    scaleSection(scale),
    soakSection(soak),
    "",
  ].join("\n\n");
}

/** The plots in docs/performance/. */
export function filesOf({ scale, soak }: Measured): Files {
  return { ...scaleFiles(scale), ...soakFiles(soak) };
}

function runOf([command, provenance]: readonly [string, Provenance]): string {
  const { date, commit, node, platform, processors, processor, loadAverage } = provenance;
  return `- ${command}: ${date}, commit ${commit}, Node ${node}, ${platform}, ${processors} x ${processor}, load average ${digits(loadAverage)}`;
}
