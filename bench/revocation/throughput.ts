import { setTimeout as sleep } from "node:timers/promises";
import { createDevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore, type RevocationStore } from "@caracalai/revocation";
import { RedisRevocationReplica, RedisRevocationStore } from "@caracalai/revocation-redis";
import { createKeyCache, createMandateVerifier } from "@caracalai/transport-mcp";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import { startRedis } from "../../packages/revocation-redis/test/support/redis-server.js";
import { connect } from "./connect.js";
import { distributionOf } from "./distribution.js";

/** How many a second, as the median over all turns. */
export interface Throughput {
  readonly name: string;
  /** Questions to the store alone, for one mandate each: one at a time, and 64 at a time. */
  readonly checks: number;
  readonly checksAtOnce: number;
  /** Whole verifications of a mandate, signature included. */
  readonly verifications: number;
  readonly verificationsAtOnce: number;
}

const AUDIENCE = "https://mcp.example.com";
const REVOKED = 10_000;
const TOKENS = 500;
const AT_ONCE = 64;

/** All stores take turns (A B C A B C …), over the same mandates, none of them revoked. */
export async function measureThroughput(turns: number): Promise<readonly Throughput[]> {
  const server = await startRedis();
  const sts = await createDevSts({ audience: AUDIENCE, announce: () => {} });
  const { redis, end } = await connect(server.url);
  const replica = new RedisRevocationReplica({
    redis,
    signatureKeys: [KEY],
    adoptUnmarkedAfterMs: 0,
  });
  try {
    const shared = new RedisRevocationStore({ redis });
    const memory = new InMemoryRevocationStore();
    for (let at = 0; at < REVOKED; at += 1) {
      memory.markRevoked(`revoked-${at}`);
      await shared.markRevoked(`revoked-${at}`);
    }
    await replica.start();
    const sids = Array.from({ length: TOKENS }, (_, at) => `session-${at}`);
    const tokens = sids.map((sid) => sts.mint({ sid, root_sid: `root-${sid}` }));
    const keyCache = createKeyCache();
    const contenders = [
      ["memory", memory],
      ["shared store", shared],
      ["replica", replica],
    ] as const;
    const measured = contenders.map(([name, revocations]) => {
      const setting = { issuer: sts.issuer, audience: AUDIENCE, zoneId: "zone_dev" };
      const verifier = createMandateVerifier({ ...setting, revocations, keyCache });
      const verify = async (at: number): Promise<void> => {
        const result = await verifier.authenticate(tokens[at] ?? "");
        if (!result.ok) throw new Error(`${name}: ${result.error.code}`);
      };
      return { name, check: checkOf(revocations, sids), verify, rates: rates() };
    });
    for (let turn = -1; turn < turns; turn += 1) {
      for (const { check, verify, rates: all } of measured) {
        const seen = {
          checks: await rateOf(check, 1),
          checksAtOnce: await rateOf(check, AT_ONCE),
          verifications: await rateOf(verify, 1),
          verificationsAtOnce: await rateOf(verify, AT_ONCE),
        };
        // The first turn only warms up.
        if (turn < 0) continue;
        for (const key of KINDS) all[key].push(seen[key]);
      }
    }
    return measured.map(({ name, rates: all }) => ({
      name,
      checks: distributionOf(all.checks).p50,
      checksAtOnce: distributionOf(all.checksAtOnce).p50,
      verifications: distributionOf(all.verifications).p50,
      verificationsAtOnce: distributionOf(all.verificationsAtOnce).p50,
    }));
  } finally {
    await replica.stop();
    end();
    await Promise.all([sts.close(), server.stop()]);
  }
}

const KINDS = ["checks", "checksAtOnce", "verifications", "verificationsAtOnce"] as const;
const rates = (): Record<(typeof KINDS)[number], number[]> => ({
  checks: [],
  checksAtOnce: [],
  verifications: [],
  verificationsAtOnce: [],
});

/** What a verifier asks for a mandate; it does not wait where it need not. */
function checkOf(store: RevocationStore, sids: readonly string[]): Action {
  return (at) => {
    const sid = sids[at] ?? "";
    const question = { anchors: [sid, `root-${sid}`], zoneId: "zone_dev" };
    return store.check?.(question) ?? store.isRevoked(sid);
  };
}

type Action = (at: number) => unknown;

const BATCH_MS = 250;

/** How often a second something is done, so many at a time. */
async function rateOf(action: Action, atOnce: number): Promise<number> {
  // A replica that is kept from reading for seconds does not answer, as it should.
  await sleep(50);
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < BATCH_MS) {
    for (let round = 0; round < 8; round += 1) {
      if (atOnce === 1) {
        const running = action(done % TOKENS);
        if (running instanceof Promise) await running;
      } else {
        await Promise.all(Array.from({ length: atOnce }, (_, at) => action((done + at) % TOKENS)));
      }
      done += atOnce;
    }
  }
  return (done / (performance.now() - start)) * 1_000;
}
