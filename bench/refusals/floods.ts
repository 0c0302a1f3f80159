import type { MandateVerifier } from "@caracalai/transport-mcp";
import { wordOf } from "./interleaved.js";
import { encode, partsOf, type Setting } from "./setting.js";

/** What a flood of hostile tokens left behind. Bytes, after a garbage collection. */
export interface FloodReport {
  readonly name: string;
  readonly expected: string;
  readonly count: number;
  readonly seconds: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
  readonly rssBefore: number;
  readonly rssAfter: number;
  /** Requests for key sets that reached the STS meanwhile. */
  readonly requests: number;
}

interface Flood {
  readonly name: string;
  readonly expected: string;
  readonly verifier: MandateVerifier;
  readonly tokenAt: (index: number) => string;
}

/** Tokens without end, no two alike. */
function floodsOf({ sts, knowing }: Setting): readonly Flood[] {
  const { one, both } = knowing;
  const [header, payload, signature] = partsOf(sts.mint());
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const kids = (index: number) =>
    `${encode(`{"alg":"ES256","kid":"kid_${index}"}`)}.${payload}.${signature}`;
  const zones = (index: number) => {
    const named = encode(JSON.stringify({ ...claims, zone_id: `zone_${index}` }));
    return `${encode(`{"alg":"ES256","kid":"kid_${index}"}`)}.${named}.${signature}`;
  };
  const forged = (index: number) => {
    const bytes = Buffer.from(signature, "base64url");
    bytes.writeUInt32BE(index + 1, 8);
    return `${header}.${payload}.${bytes.toString("base64url")}`;
  };
  const key = "invalid_token/key";
  return [
    { name: "key ids, one zone", expected: key, verifier: one, tokenAt: kids },
    { name: "key ids, two zones", expected: key, verifier: both, tokenAt: kids },
    { name: "zones, one configured", expected: key, verifier: one, tokenAt: zones },
    { name: "zones, two configured", expected: key, verifier: both, tokenAt: zones },
    { name: "signatures", expected: "invalid_token/signature", verifier: one, tokenAt: forged },
  ];
}

export async function runFloods(setting: Setting, count: number): Promise<readonly FloodReport[]> {
  const reports: FloodReport[] = [];
  for (const flood of floodsOf(setting)) {
    reports.push(await runFlood(flood, setting, count));
  }
  return reports;
}

async function runFlood(flood: Flood, { sts }: Setting, count: number): Promise<FloodReport> {
  const { name, expected, verifier, tokenAt } = flood;
  const send = async (from: number, to: number) => {
    for (let index = from; index < to; index += 1) {
      const word = wordOf(await verifier.authenticate(tokenAt(index)));
      if (word !== expected) throw new Error(`${name} ${index}: ${word}`);
    }
  };
  const requestsBefore = sts.keySetRequests();
  // Compiled code and buffers of the runtime are there before the first measurement.
  await send(0, Math.ceil(count / 20));
  const before = memory();
  const start = performance.now();
  await send(Math.ceil(count / 20), count);
  const seconds = (performance.now() - start) / 1_000;
  const after = memory();
  return {
    name,
    expected,
    count,
    seconds,
    heapBefore: before.heapUsed,
    heapAfter: after.heapUsed,
    rssBefore: before.rss,
    rssAfter: after.rss,
    requests: sts.keySetRequests() - requestsBefore,
  };
}

function memory(): NodeJS.MemoryUsage {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage();
}
