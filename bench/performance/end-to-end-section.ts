import type { EndToEnd } from "../end-to-end/main.js";
import { digits, percent, tableOf } from "./markdown.js";

export function endToEndSection({ provenance, slices, signature, modes }: EndToEnd): string {
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
    "## A call from end to end",
    `\`tools/call\` on the notes server and on the same server without protection, each in a process of its own, 8 connections, one call under way on each; all take turns, medians of ${slices} slices of 240 calls. Processor time is the server's; a raw signature takes ${digits(signature)} µs of it. Node ${provenance.node}, load average ${digits(provenance.loadAverage)}: requests a second and latencies are this busy machine's, with the callers on it as well.`,
    tableOf(["", "processor, µs", "more than without", "requests/s", "p50, ms", "p99, ms"], rows),
    "A known mandate was to cost 5 % at the most: that is not reached. By a profile of the stateful server, a third of what it costs is admission, half of which is the verifier: it takes 2 µs where it runs alone, and 20 times as much where everything else of a server runs in between and has taken the processor's caches. The rest is [the guard that every message passes](decisions/0007-every-message-passes-a-guard.md), reading the body before FastMCP does, and following the caller through all promises (`AsyncLocalStorage`).",
  ].join("\n\n");
}
