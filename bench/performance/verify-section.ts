import { type AxisResult, type Results, tablesOf } from "../verify/report.js";
import { digits, tableOf } from "./markdown.js";

/** What is aimed at, in times the speed of the raw signature. */
const GOALS = { "A mandate never seen": 0.85, "A mandate seen before": 30 } as const;

/** The tables of one axis over the versions of Node. */
export function verifySection(all: readonly Results[]): string {
  const [oldest] = all;
  return [
    "## Verification beside the raw signature",
    "The floor is `crypto.verify` on a key that was imported once, with everything at hand, called synchronously: no verifier can be faster for a mandate that it has not seen. 1 is as fast as the floor. Each cell: by processor time, and in brackets of the fastest quarter of single calls, which nothing interrupted. Ours checks the clock, authority and all revocation anchors in memory, each time; no peer looks at zone, revocation or delegation.",
    ...Object.entries(GOALS).flatMap(([name, goal]) => [
      `### ${name}`,
      comparison(all, name),
      verdict(all, name, goal),
    ]),
    "### Delegated mandates",
    `Their tokens are longer, which is what they are digested, decoded and parsed for. The goals are not theirs, but a known one can't be faster than its digest: ${all.map(delegated).join("; ")}.`,
    `### All axes, on Node ${oldest?.provenance.node ?? ""}`,
    oldest === undefined ? "" : tablesOf(oldest).replaceAll(/^## /gm, "#### "),
  ].join("\n\n");
}

function axisOf({ axes }: Results, name: string): AxisResult | undefined {
  return axes.find((axis) => axis.name === name);
}

function comparison(all: readonly Results[], name: string): string {
  const contenders = axisOf(all[0] as Results, name)?.timings.map((timing) => timing.name) ?? [];
  const head = ["", ...all.map(({ provenance }) => `Node ${provenance.node.slice(1)}`)];
  const cell = (results: Results, contender: string) => {
    const timing = axisOf(results, name)?.timings.find((each) => each.name === contender);
    if (timing === undefined) return "";
    return `${digits(timing.processorRatio.median)} (${digits(timing.quietRatio)})`;
  };
  return tableOf(
    head,
    contenders.map((contender) => [contender, ...all.map((results) => cell(results, contender))]),
  );
}

function delegated(results: Results): string {
  const timings = axisOf(results, "Delegation chains")?.timings ?? [];
  const said = ["1 hop", "10 hops"].map((hops) => {
    const ratioOf = (kind: string) => {
      const timing = timings.find(({ name }) => name.startsWith(`${kind}, ${hops},`));
      return digits(timing?.processorRatio.median ?? Number.NaN);
    };
    return `after ${hops} new ${ratioOf("new")}, known ${ratioOf("known")}, the digest alone ${ratioOf("its digest alone")}`;
  });
  return `on Node ${results.provenance.node.slice(1)} ${said.join(", ")}`;
}

function verdict(all: readonly Results[], name: string, goal: number): string {
  const said = all.map((results) => {
    const ours = axisOf(results, name)?.timings.find((timing) => timing.name === "ours");
    const ratios = [ours?.processorRatio.median ?? 0, ours?.quietRatio ?? 0];
    const met = ratios.filter((ratio) => ratio >= goal).length;
    return `Node ${results.provenance.node.slice(1)} ${["no", "by one of both", "yes"][met]}`;
  });
  const busy = all.map(({ provenance }) => digits(provenance.loadAverage)).join(", ");
  return `Goal: ${goal}. Met: ${said.join("; ")}. The load average of the machine, which has ${all[0]?.provenance.processors} processors, was ${busy}.`;
}
