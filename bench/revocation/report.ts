import { execFileSync } from "node:child_process";
import os from "node:os";
import type { Distribution } from "./distribution.js";
import type { Million } from "./million.js";
import type { Propagation } from "./propagation.js";
import type { Throughput } from "./throughput.js";

/** What was measured in one run. */
export interface Results {
  readonly propagation: readonly Propagation[];
  readonly throughput: readonly Throughput[];
  readonly million: Million;
  /** The first line of what the server says about its version. */
  readonly server: string;
}

/** The whole of docs/revocation-at-scale.md. */
export function reportOf({ propagation, throughput, million, server }: Results): string {
  const events = propagation[0]?.all.count.toLocaleString("en");
  return `# Revocation at scale

How fast a revocation reaches three instances, what a verification costs over each store, and what a million revocations take. Written by \`make bench-revocation\`; do not edit.

${provenance(server)}

## From XADD to the first refusal

Three instances, processes of their own, each with a verifier and both consumers, and one Redis. ${events} revocations, one after the other: from the moment at which XADD is sent to the one at which a verifier has refused the mandate, signature included. A replica tells of each revocation, and is asked then; over the shared store the mandate is judged again and again, with a pause of a millisecond. Milliseconds.

${propagationTable(propagation)}

## Verifications a second

In one process, over mandates that are not revoked, 10,000 others are. A check is what a verifier asks about one mandate (anchors and epoch); a verification is the whole, signature included. All stores take turns; medians.

${throughputTable(throughput)}

## ${million.count.toLocaleString("en")} revocations

Anchors are UUIDs.

${memoryTable(million)}

What a start takes, from \`start()\` until it is ready: the snapshot of all keys, and both streams from their beginning.

${startTable(million)}

A question about one anchor, whose text was not seen before. Over the shared store it is a round trip: p50 ${millis(million.roundTrip.p50)} ms, p99 ${millis(million.roundTrip.p99)} ms, one at a time.

${lookupTable(million)}
`;
}

function provenance(server: string): string {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return [
    `- ${new Date().toISOString().slice(0, 10)}, commit ${commit()}, \`make bench-revocation\``,
    `- Node ${process.version}, ${os.platform()} ${os.arch()}, ${os.availableParallelism()} x ${cpu?.model.trim()}, ${memory} GiB, all processes on this machine`,
    `- ${server}`,
    `- Load average at the end: ${os.loadavg()[0]?.toFixed(1)}`,
  ].join("\n");
}

function commit(): string {
  const git = (...words: string[]) => execFileSync("git", words, { encoding: "utf8" }).trim();
  const isDirty = git("status", "--porcelain", "--", "packages", "bench") !== "";
  return `${git("rev-parse", "--short", "HEAD")}${isDirty ? " with changes" : ""}`;
}

function propagationTable(all: readonly Propagation[]): string {
  const cells = ({ p50, p99, max }: Distribution) => [p50, p99, max].map(millis);
  return table(
    ["", "", "p50", "p99", "max"],
    all.flatMap(({ kind, acknowledged, each, all: last }) => [
      [named(kind), "the reply to XADD", ...cells(acknowledged)],
      ["", "one instance refuses", ...cells(each)],
      ["", "all three refuse", ...cells(last)],
    ]),
  );
}

function throughputTable(all: readonly Throughput[]): string {
  const rate = (number: number) => Math.round(number).toLocaleString("en");
  return table(
    ["", "checks", "64 at a time", "verifications", "64 at a time"],
    all.map((it) => [
      it.name,
      rate(it.checks),
      rate(it.checksAtOnce),
      rate(it.verifications),
      rate(it.verificationsAtOnce),
    ]),
  );
}

function memoryTable({ replicaBytes, memoryBytes, redisBytes }: Million): string {
  return table(
    ["memory for each revocation", "bytes"],
    [
      ["replica", replicaBytes.toFixed(1)],
      ["`InMemoryRevocationStore`", memoryBytes.toFixed(1)],
      ["Redis itself", redisBytes.toFixed(1)],
    ],
  );
}

function startTable({ starts }: Million): string {
  return table(
    ["start with", "seconds", "longest pause of the process, ms"],
    starts.map(({ name, seconds, longestPauseMs }) => [
      name,
      seconds.map((it) => it.toFixed(2)).join(", "),
      longestPauseMs.toFixed(0),
    ]),
  );
}

function lookupTable({ lookups }: Million): string {
  return table(
    ["nanoseconds", "revoked", "not revoked"],
    lookups.map(({ name, revoked, live }) => [name, revoked.toFixed(0), live.toFixed(0)]),
  );
}

function named(kind: Propagation["kind"]): string {
  return kind === "store" ? "shared store" : kind;
}

function millis(number: number): string {
  return number.toFixed(2);
}

/** All columns are numbers but those without a heading, and the first. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const line = head.map((name, at) => (at === 0 || name === "" ? "---" : "---:"));
  return [row(head), row(line), ...rows.map(row)].join("\n");
}
