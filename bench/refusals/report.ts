import { provenance } from "../shared/provenance.js";
import type { FloodReport } from "./floods.js";
import type { Timing } from "./interleaved.js";

/** The whole of docs/refusal-cost.md. */
export function reportOf(timings: readonly Timing[], floods: readonly FloodReport[]): string {
  return `# What a refusal costs

A token that is refused costs less than one that is accepted or, from the signature on, about the same; and nothing is left of it. Written by \`make bench-refusals\`; do not edit.

${provenanceList()}

## Time

One call each, in one process, a real key cache that was filled by a development STS on loopback, revocations in memory. All kinds take turns (A B C A B C …), with a fresh string for each call; a ratio is the median of the ratios to an acceptance of the same cycle: of a token of 1.5 KiB, or of 15 KiB where the refused one is as large (marked *), by a verifier of the same zones that remembers no mandate. Microseconds. Only the holder of the STS's key can make what passes the signature.

One kind may cost more: where several zones are configured, a payload is parsed before the signature is verified, and thousands of members take longer than the text of an accepted token of the same size.

${timeTable(timings)}

## Memory

Tokens of which no two are alike, one after the other; heap and resident memory after a garbage collection, once 5 % were sent and at the end. Requests are those for key sets that reached the STS: at most one in 30 seconds for each zone because of unknown key ids.

${floodTable(floods)}
`;
}

function provenanceList(): string {
  const { date, commit, node, platform, processors, processor, memoryGiB, loadAverage } =
    provenance();
  return [
    `- ${date}, commit ${commit}, \`make bench-refusals\``,
    `- Node ${node}, ${platform}, ${processors} x ${processor}, ${memoryGiB} GiB`,
    `- Load average at the end: ${loadAverage}`,
  ].join("\n");
}

function timeTable(timings: readonly Timing[]): string {
  const rows = timings.map(({ name, expected, beside, median, min, max, ratio }) =>
    row([
      name,
      `\`${expected}\``,
      ...[median, min, max].map((time) => time.toFixed(1)),
      `${ratio.toFixed(2)}${beside === "accepted" ? "" : " *"}`,
    ]),
  );
  const head = ["", "outcome", "median", "min", "max", "x acceptance"];
  return [row(head), "| --- | --- | ---: | ---: | ---: | ---: |", ...rows].join("\n");
}

function floodTable(floods: readonly FloodReport[]): string {
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  const rows = floods.map((flood) =>
    row([
      flood.name,
      flood.count.toLocaleString("en"),
      `${megabytes(flood.heapBefore)} → ${megabytes(flood.heapAfter)}`,
      `${megabytes(flood.rssBefore)} → ${megabytes(flood.rssAfter)}`,
      String(flood.requests),
      `${flood.seconds.toFixed(0)} s`,
    ]),
  );
  const head = ["distinct", "tokens", "heap, MiB", "resident, MiB", "requests", "duration"];
  return [row(head), "| --- | ---: | ---: | ---: | ---: | ---: |", ...rows].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
