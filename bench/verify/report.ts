import type { Provenance } from "../shared/provenance.js";
import type { Axis } from "./axes.js";
import type { Spread, Timing } from "./timing.js";

/** What one axis came to. */
export interface AxisResult {
  readonly name: string;
  readonly about: string;
  readonly timings: readonly Omit<Timing, "ratios">[];
}

/** Everything of one run, as it is written. */
export interface Results {
  readonly provenance: Provenance;
  readonly versions: Readonly<Record<string, string>>;
  readonly cycles: number;
  readonly axes: readonly AxisResult[];
}

export function resultOf({ name, about }: Axis, timings: readonly Timing[]): AxisResult {
  return { name, about, timings: timings.map(({ ratios: _, ...timing }) => timing) };
}

/** The tables, as Markdown. */
export function tablesOf({ provenance, versions, cycles, axes }: Results): string {
  const { date, commit, node, openssl, platform, processors, processor, loadAverage } = provenance;
  const peers = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${date}, commit ${commit}, Node ${node} (OpenSSL ${openssl}), ${platform}, ${processors} x ${processor}, load average ${loadAverage}; ${peers.join(", ")}.`,
    `Medians of ${cycles} cycles in which all take turns, with minimum and maximum. Times are of one call, in microseconds, one under way. "x floor" is the floor's time divided by the call's, of the same cycle; then the same by processor time of all threads, and of the fastest quarter of calls that were timed one by one, which nothing interrupted.`,
    ...axes.map(tableOf),
  ].join("\n\n");
}

function tableOf({ name, about, timings }: AxisResult): string {
  const head = [
    "",
    "µs",
    "min",
    "max",
    "x floor",
    "min",
    "max",
    "x, processor",
    "x, quiet",
    "p50",
    "p99",
  ];
  const rows = timings.map((timing) => [
    timing.name,
    ...cellsOf(timing.wall, 1),
    ...cellsOf(timing.ratio, 2),
    digits(timing.processorRatio.median, 2),
    digits(timing.quietRatio, 2),
    digits(timing.p50, 1),
    digits(timing.p99, 1),
  ]);
  const rule = head.map((_, at) => (at === 0 ? "---" : "---:"));
  return [`## ${name}`, "", about, "", ...[head, rule, ...rows].map(rowOf)].join("\n");
}

function cellsOf({ median, min, max }: Spread, places: number): readonly string[] {
  return [median, min, max].map((number) => digits(number, places));
}

function digits(number: number, places: number): string {
  return number.toFixed(number >= 10 ? Math.min(places, 1) : places);
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
