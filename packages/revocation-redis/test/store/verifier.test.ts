import { agentMandate, createDevSts, type DevSts } from "@caracalai/dev-sts";
import { RedisRevocationStore } from "@caracalai/revocation-redis";
import { createMandateVerifier, type MandateVerifier } from "@caracalai/transport-mcp";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type Connected, connectNodeRedis } from "../support/clients.js";
import { type RedisServer, startRedis } from "../support/redis-server.js";

// The whole way from a token to a decision, over a real Redis.

let redis: RedisServer;
let sts: DevSts;
let connected: Connected;
let store: RedisRevocationStore;
let verifier: MandateVerifier;

beforeAll(async () => {
  redis = await startRedis({ persistent: true });
  sts = await createDevSts({ zones: ["zone_prod"], announce: () => {} });
  connected = await connectNodeRedis(redis);
  // The machine may be busy with other tests.
  store = new RedisRevocationStore({ redis: connected.redis, readTimeoutMs: 1_500 });
  verifier = createMandateVerifier({
    issuer: sts.issuer,
    audience: "https://mcp.example.com",
    zoneId: "zone_prod",
    revocations: store,
    revocationTimeoutMs: 2_000,
  });
});

afterAll(async () => {
  connected?.end();
  await sts?.close();
  await redis?.stop();
});

beforeEach(async () => {
  await redis.command("FLUSHALL");
});

async function codeFor(token: string): Promise<string> {
  const result = await verifier.authenticate(token);
  return result.ok ? "accepted" : result.error.code;
}

test("a mandate is let in until one of its anchors is revoked", async () => {
  const claims = { ...agentMandate(), delegation_edge_id: "edge-1" };
  const token = sts.mint(claims);
  expect(await codeFor(token)).toBe("accepted");
  await store.markRevoked("edge-1");
  expect(await codeFor(token)).toBe("session_revoked");
});

test("and until its zone's delegation epoch has passed its own", async () => {
  const token = sts.mint({
    ...agentMandate(),
    delegation_edge_id: "edge-2",
    delegation_graph_epoch: 3,
  });
  await store.markDelegationEpoch("zone_prod", 3);
  expect(await codeFor(token)).toBe("accepted");
  await store.markDelegationEpoch("zone_prod", 4);
  expect(await codeFor(token)).toBe("delegation_stale");
});

test("while Redis is frozen or away, it is neither let in nor called a bad token", async () => {
  const token = sts.mint();
  expect(await codeFor(token)).toBe("accepted");
  redis.freeze();
  expect(await codeFor(token)).toBe("verification_unavailable");
  redis.thaw();
  await vi.waitFor(async () => expect(await codeFor(token)).toBe("accepted"), 10_000);
  await redis.kill();
  expect(await codeFor(token)).toBe("verification_unavailable");
  await redis.start();
  await vi.waitFor(async () => expect(await codeFor(token)).toBe("accepted"), 10_000);
});
