import type { Timing } from "../verify/timing.js";
import type { Measured } from "./load-results.js";
import { digits } from "./markdown.js";

/** What the numbers mean for whoever sizes a deployment. */
export function sizingSection({ verify, endToEnd, scale }: Measured): string {
  const fresh = ours(verify, "A mandate never seen");
  const known = ours(verify, "A mandate seen before");
  const many = ours(verify, "100,000 mandates in turn", "ours, room for all");
  const aSecond = (timing: Omit<Timing, "ratios"> | undefined) =>
    digits(Math.floor(1e3 / (timing?.wall.median ?? Number.NaN)) * 1_000);
  const [stateless] = endToEnd[0]?.modes ?? [];
  const call = stateless?.calls.find(({ name }) => name === "no protection");
  const [mandate] = scale.memory.mandates;
  const byName = new Map(scale.memory.revocations.map((each) => [each.name, each.bytes]));
  const mib = (bytes: number) => digits((bytes * 1e6) / 2 ** 20);
  return [
    "## What that means for a deployment",
    [
      `- **One core** of this machine verifies about ${aSecond(fresh)} mandates a second that it has not seen. Of those that it knows, ${aSecond(known)} where one comes again and again, and ${aSecond(many)} where 100,000 take turns, which no processor's cache holds. A stateless FastMCP call takes about ${digits(call?.processor ?? 0)} µs of it without any protection, so a server is at its limit far before its verifier: size by calls, not by mandates.`,
      "- **Scale by processes.** Verification is synchronous and takes a signature's time, some 70 µs, of the event loop for a new mandate. Worker threads or more instances use more cores; more under way in one process do not.",
      `- **The cache** (\`verifiedMandates\`) holds up to 10,000 mandates in 32 MiB by default: expect as many as there are callers within a mandate's lifetime, 15 minutes. A usual mandate takes about ${digits(mandate?.bytes ?? 0)} bytes. \`maxBytes\` counts what the worst texts of its length take: one and a half times the characters of the token, and 40 bytes for each scope, target, audience, edge and hop, which is twice as much. After ten hops a token has some 2,500 characters, and 32 MiB are full with 7,000. Where more come in turn than there is room for, hardly any principal is found again, and of four times as many the signature; too small a cache costs time, never a wrong answer. For 100,000 callers set \`maxEntries\` to as many and \`maxBytes\` to 2^28.`,
      "- **A mandate is known with the second call**, as far as its signature goes, and with its principal from the third on.",
      `- **Revocations**: a million of them take ${mib(byName.get("memory") ?? 0)} MiB in \`InMemoryRevocationStore\` and ${mib(byName.get("replica") ?? 0)} MiB in \`RedisRevocationReplica\`; 64 bytes for each, the goal, are 61. How many there are makes no difference to a call.`,
      "- **Redis**: a replica costs what memory costs. Asked directly, Redis is a round trip for each call, which is more than all else that verification of a known mandate takes; it is for servers that can't hold a replica.",
      "- **A million revocations, propagation, and starts**: [revocation-at-scale.md](revocation-at-scale.md). **What refusals cost**, and that floods of them leave nothing behind: [refusal-cost.md](refusal-cost.md).",
    ].join("\n"),
  ].join("\n\n");
}

function ours(
  verify: Measured["verify"],
  axis: string,
  contender = "ours",
): Omit<Timing, "ratios"> | undefined {
  const [oldest] = verify;
  return oldest?.axes
    .find(({ name }) => name === axis)
    ?.timings.find(({ name }) => name === contender);
}
