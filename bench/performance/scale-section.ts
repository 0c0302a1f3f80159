import type { Curve } from "../scale/curve.js";
import type { Scale } from "../scale/main.js";
import { digits, tableOf } from "./markdown.js";
import { drawPlot, type Plot } from "./plot.js";

/** Files beside the page, by name. */
export type Files = Readonly<Record<string, string>>;

const SAYS: Readonly<Record<string, string>> = {
  Revocations:
    "What is revoked does not matter to what is not: a look-up takes the same time among a thousand and among a million, but for the processor's caches.",
  Zones:
    "The key of a mandate is looked up in the key set of its own zone. With more than one zone, the payload is parsed before its signature is verified, to see which, and not again. A thousand zones have a thousand keys, which come into the processor's caches each time.",
  Delegation:
    "A mandate grows with each hop, and with it the time to decode, parse and judge it; chain integrity is required here.",
  Concurrency:
    "Verification is synchronous where the store is, and gains nothing from more under way. Over Redis it is a round trip, and many under way share it.",
};

export function scaleFiles({ curves }: Scale): Files {
  return Object.fromEntries(
    curves.map((curve) => [`${curve.name.toLowerCase()}.svg`, drawPlot(plotOf(curve))]),
  );
}

function plotOf({ name, x, series }: Curve): Plot {
  return {
    title: `${name}: what a verification takes`,
    x,
    y: "µs",
    xScale: name === "Delegation" ? "linear" : "log",
    lines: series.map((line) => ({
      name: line.name,
      points: line.points.map((point) => ({ x: point.x, y: point.micros })),
    })),
  };
}

export function scaleSection({ curves, memory, imports, provenance, cycles }: Scale): string {
  return [
    "## Scale",
    `Microseconds of a call, of which a quarter of all ${cycles} batches took less; in brackets, times the raw signature in the same run. Node ${provenance.node}, load average ${digits(provenance.loadAverage)}.`,
    ...curves.flatMap((curve) => [
      `### ${curve.name}`,
      SAYS[curve.name] ?? "",
      `![${curve.name}](performance/${curve.name.toLowerCase()}.svg)`,
      tableOfCurve(curve),
    ]),
    "### Memory",
    tableOf(
      ["kept", "bytes"],
      [
        ...memory.mandates.map(({ name, tokenLength, bytes }) => [
          `a mandate ${name}, its token of ${tokenLength.toLocaleString("en")} characters, known with its principal`,
          digits(bytes),
        ]),
        ["a mandate seen once, as a signature", "34"],
        ...memory.revocations.map(({ name, count, bytes }) => [
          `a revoked anchor, of ${count.toLocaleString("en")}: ${name === "memory" ? "`InMemoryRevocationStore`" : "`RedisRevocationReplica`"}`,
          digits(bytes),
        ]),
      ],
    ),
    "### Start",
    "What an import takes in a new process, with all that it brings along.",
    tableOf(
      ["", "ms", "MiB"],
      imports.map(({ name, milliseconds, residentMiB }) => [
        `\`${name}\``,
        digits(milliseconds),
        digits(residentMiB),
      ]),
    ),
  ].join("\n\n");
}

function tableOfCurve({ x, series }: Curve): string {
  const all = [...new Set(series.flatMap(({ points }) => points.map((point) => point.x)))];
  return tableOf(
    [x, ...all.map((each) => each.toLocaleString("en"))],
    series.map(({ name, points }) => [
      name,
      ...all.map((each) => {
        const point = points.find((it) => it.x === each);
        return point === undefined ? "" : `${digits(point.micros)} (${digits(point.floors)})`;
      }),
    ]),
  );
}
