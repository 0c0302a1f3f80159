import type { Soak } from "../soak/main.js";
import { digits, percent } from "./markdown.js";
import { drawPlot } from "./plot.js";
import type { Files } from "./scale-section.js";

const MIB = 2 ** 20;

export function soakFiles({ samples }: Soak): Files {
  const lineOf = (name: string, of: (sample: Soak["samples"][number]) => number) => ({
    name,
    points: samples.map((sample) => ({ x: sample.seconds, y: of(sample) / MIB })),
  });
  const plot = drawPlot({
    title: "Memory after a garbage collection",
    x: "seconds at full load",
    y: "MiB",
    xScale: "linear",
    lines: [
      lineOf("resident", ({ resident }) => resident),
      lineOf("heap", ({ heap }) => heap),
      lineOf("buffers", ({ buffers }) => buffers),
    ],
  });
  return { "soak.svg": plot };
}

export function soakSection(soak: Soak): string {
  const { provenance, seconds, growth, outcomes, renewals, samples } = soak;
  const total = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
  const last = samples.at(-1);
  return [
    "## Ten minutes at full load",
    `${total.toLocaleString("en")} verifications in ${seconds} seconds in one process: half of them of 16 known mandates, four tenths of 50,000 others in turn, which is more than are remembered, a tenth refused; a revocation with each hundred. Beside them, 400 mandates that live for 10 seconds, each renewed when it was refused for its age, ${renewals.toLocaleString("en")} times in all. The heap and the buffers of the last third of the time are ${percent(growth)} more than those of the third before; at the end they were ${digits((last?.heap ?? 0) / MIB)} and ${digits((last?.buffers ?? 0) / MIB)} MiB, 50,000 tokens of the run's own among them. Node ${provenance.node}.`,
    "![Memory](performance/soak.svg)",
  ].join("\n\n");
}
