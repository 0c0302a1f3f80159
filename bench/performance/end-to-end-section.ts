import { READ_MIB } from "../end-to-end/cold.js";
import type { EndToEnd } from "../end-to-end/main.js";
import type { CallCost, ModeCost } from "../end-to-end/measure.js";
import type { Part } from "../end-to-end/profile-parts.js";
import { digits, percent, tableOf } from "./markdown.js";

/** The most that protection was to cost for a known mandate, as a share of a call without. */
const GOAL = 0.05;

/** The parts of a profile, as they are shown. What is not ours comes first. */
const PARTS: readonly Part[] = [
  "FastMCP, mcp-proxy, MCP SDK",
  "other libraries",
  "Node",
  "the server's own code",
  "garbage collection",
  "asynchronous context",
  "mcp-fastmcp",
  "transport-mcp",
  "identity",
  "revocation",
];

export function endToEndSection(runs: readonly EndToEnd[]): string {
  return [
    "## A call from end to end",
    `\`tools/call\` on the notes server and on the same server without protection, each in a process of its own, 8 connections, one call under way on each, and the next one as soon as it is answered (p99 is of that, and of no fixed rate); all take turns, medians of ${runs[0]?.slices} slices of 240 calls with each of ${runs[0]?.starts} starts of all servers, since one process of a server may stay slower than another of the same. Processor time is the server's. “More than without” is the median of the differences within each slice, which is not the difference of two medians, and its share of the time without. What is beside the notes server is the same server without protection, as it is and with the beginnings of one: “anyone let in” has a function that lets anyone in and follows the caller to the tools (\`authenticate\`, \`AsyncLocalStorage\`), the least that protection of any kind is made of; “least check” also digests the token (SHA-256), looks up what is remembered by the digest, at the clock and at three revocation anchors, the least that recognising a mandate is made of. It protects nothing: it judges no authority, has no owners of sessions, ends no streams, and believes whatever it is sent first.`,
    ...runs.map(tableOfRun),
    `A known mandate was to cost ${percent(GOAL)} at the most. ${runs.map(verdictOf).join("; ")}. ${verdictOnLeast(runs)}`,
    `A new mandate was to cost a signature and ${percent(GOAL)} at the most. ${runs.map(verdictOnNew).join("; ")}.`,
    "### Where the time goes",
    "Of the same servers, by a profile of each (V8's sampling profiler, its shares applied to the processor times above): microseconds of a call. What Node does is with whoever has called it.",
    ...runs.map(profileOfRun),
    "What a check takes among calls is not what it takes alone. In a loop, verifying a known mandate takes some 2 µs (above); among calls, by these profiles, `transport-mcp`, `identity` and `revocation` take some ten times as much together, and a signature takes more as well. What lies in between is a call's work of FastMCP, after which code and data have to come back into the processor's caches. This is the same check, in a loop, and with other memory read before each time, by the wall:",
    ...runs.map(coldTableOf),
    "On Node 20 and 22, following callers has every promise of the server tell its hooks; Node 24 follows them for nearly nothing.",
  ].join("\n\n");
}

function tableOfRun({ provenance, signature, modes }: EndToEnd): string {
  const rows = modes.flatMap(({ mode, calls }) =>
    calls.map((call) => [
      `${mode}, ${call.name}`,
      digits(call.processor),
      call.name === "no protection" ? "" : `${digits(call.more)} (${percent(call.share)})`,
      digits(call.requestsPerSecond),
      digits(call.p50 / 1_000),
      digits(call.p99 / 1_000),
    ]),
  );
  return [
    `Node ${provenance.node}; a raw signature takes ${digits(signature)} µs of processor time; load average ${digits(provenance.loadAverage)}:`,
    tableOf(["", "processor, µs", "more than without", "requests/s", "p50, ms", "p99, ms"], rows),
  ].join("\n\n");
}

function verdictOf({ provenance, modes }: EndToEnd): string {
  const shares = modes.map((mode) => {
    const known = callOf(mode, "known mandate");
    const anyone = callOf(mode, "anyone let in");
    const least = callOf(mode, "least check");
    return `${mode.mode} ${percent(known.share)}, where letting anyone in takes ${percent(anyone.share)} and the least check ${percent(least.share)}`;
  });
  const isMet = modes.every((mode) => callOf(mode, "known mandate").share <= GOAL);
  return `On Node ${provenance.node} that is ${isMet ? "reached" : "not reached"}: ${shares.join(", ")}`;
}

/** Whether the goal could be reached by anyone. */
function verdictOnLeast(runs: readonly EndToEnd[]): string {
  const shares = runs.flatMap(({ modes }) =>
    modes.map((mode) => callOf(mode, "least check").share),
  );
  const [lowest, highest] = [Math.min(...shares), Math.max(...shares)];
  const taken = `The least check takes ${percent(lowest)} to ${percent(highest)}`;
  if (lowest <= GOAL) return `${taken}.`;
  return `${taken}: nothing that recognises a mandate among these calls is within the goal, which was set for calls of 1,280 µs. What ours takes beyond that is authority, owners of sessions, streams that end with their mandate, each message and what a tool is told of its caller, in many small parts (below).`;
}

function verdictOnNew({ provenance, signature, modes }: EndToEnd): string {
  const said = modes.map((mode) => {
    const { more } = callOf(mode, "new mandate");
    const allowed = signature + GOAL * callOf(mode, "no protection").processor;
    const verdict = more <= allowed ? "reached" : "not reached";
    return `${mode.mode} ${digits(more)} µs of ${digits(allowed)}, ${verdict}`;
  });
  return `On Node ${provenance.node}: ${said.join(", ")}`;
}

function callOf({ mode, calls }: ModeCost, name: CallCost["name"]): CallCost {
  const call = calls.find((each) => each.name === name);
  if (call === undefined) throw new Error(`No results of ${mode}, ${name}`);
  return call;
}

function coldTableOf({ provenance, cold }: EndToEnd): string {
  const titles = READ_MIB.map((mib) => (mib === 0 ? "in a loop" : `after ${mib} MiB`));
  const rows = cold.map(({ name, micros }) => [name, ...micros.map(digits)]);
  return [`Node ${provenance.node}:`, tableOf(["µs", ...titles], rows)].join("\n\n");
}

function profileOfRun({ provenance, modes }: EndToEnd): string {
  const columns = modes.flatMap(({ mode, profiles }) =>
    profiles.map(({ name, parts }) => ({ title: `${mode}, ${name}`, parts })),
  );
  const rows = PARTS.map((part) => [
    part,
    ...columns.map(({ parts }) => (parts[part] === undefined ? "" : digits(parts[part]))),
  ]);
  return [
    `Node ${provenance.node}:`,
    tableOf([`µs`, ...columns.map(({ title }) => title)], rows),
  ].join("\n\n");
}
