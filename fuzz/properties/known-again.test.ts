import type { InMemoryRevocationStore } from "@caracalai/revocation";
import type { AuthResult, Decision, KeyCache, MandateVerifier } from "@caracalai/transport-mcp";
import { expect, test } from "vitest";
import { damagedToken, withOtherSignature } from "../generators/damaged-token.js";
import { route } from "../generators/routes.js";
import { signedCase } from "../generators/signed-case.js";
import { BASE_TOKENS } from "../support/base-tokens.js";
import { between, type Choices, oneOf } from "../support/choices.js";
import { keyCacheFor, memoryStore, NOW, verifierOf } from "../support/world.js";
import { holdsFor } from "./check-property.js";

const ZONES = ["zone_a", "zone_b"];

/** What verifiers look at each time, and what may change from one time to the next. */
interface Surroundings {
  nowMs: number;
  revocations: InMemoryRevocationStore;
  keys: KeyCache["find"];
}

function surroundings(): Surroundings {
  return { nowMs: NOW * 1_000, revocations: memoryStore(), keys: keyCacheFor(ZONES).find };
}

/** A verifier of these surroundings, as they are whenever it is asked. */
function verifierIn(
  world: Surroundings,
  options: Parameters<typeof verifierOf>[1] = {},
): MandateVerifier {
  return verifierOf(ZONES, {
    now: () => world.nowMs,
    keyCache: { find: (query) => world.keys(query), warmup: async () => true },
    revocations: {
      isRevoked: (anchor) => world.revocations.isRevoked(anchor),
      currentDelegationEpoch: (zone) => world.revocations.currentDelegationEpoch(zone),
      markRevoked: () => {},
      markDelegationEpoch: () => {},
    },
    ...options,
  });
}

const CHANGES: readonly ((choices: Choices, world: Surroundings) => void)[] = [
  (choices, world) => {
    world.nowMs = NOW * 1_000 + between(choices, -1_000, 1_000) * 1_000;
  },
  (choices, world) => {
    world.nowMs = oneOf(choices, [Number.NaN, NOW * 1_000, 0, NOW * 1_000 + 4_000_000]);
  },
  (choices, world) => {
    world.revocations.markRevoked(oneOf(choices, ["sid_1", "root_1", "agent_1", "edge_1"]));
  },
  (choices, world) => {
    world.revocations.markDelegationEpoch(oneOf(choices, ZONES), choices.below(9));
  },
  (_, world) => {
    world.revocations = memoryStore();
  },
  (choices, world) => {
    world.keys = oneOf(choices, KEY_STATES);
  },
];

/** As they should be; as another verifier's, in time and late; gone; out of reach; exchanged. */
const KEY_STATES: readonly KeyCache["find"][] = [
  (query) => keyCacheFor(ZONES).find(query),
  async (query) => keyCacheFor(ZONES).find(query),
  () => "unknown",
  async () => "unavailable",
  ({ kid, ...query }) => {
    const zoneId = query.zoneId === "zone_a" ? "zone_b" : "zone_a";
    return keyCacheFor(ZONES).find({ ...query, zoneId, kid: `kid_${zoneId}` });
  },
];

function someTokens(choices: Choices): readonly string[] {
  const base = oneOf(choices, BASE_TOKENS);
  const { token } = signedCase(choices);
  return [base, withOtherSignature(base), damagedToken(choices, base), token, token];
}

const textOf = (result: AuthResult) => JSON.stringify(result);

test("what is known from before is answered as if it were not, whatever changed meanwhile", async () => {
  const seen = { cached: 0, ok: 0, refused: 0 };
  const note = ({ cached, outcome }: Decision) => {
    if (cached) seen.cached += 1;
    if (cached) seen[outcome === "ok" ? "ok" : "refused"] += 1;
  };
  await holdsFor(500, async (choices) => {
    const world = surroundings();
    const knowing = verifierIn(world, { onDecision: note });
    const forgetful = verifierIn(world, { verifiedMandates: false });
    const crowded = verifierIn(world, { verifiedMandates: { maxEntries: 2 } });
    const tokens = someTokens(choices);
    for (const token of tokens) await knowing.authenticate(token);
    for (let step = 0; step < 6; step += 1) {
      oneOf(choices, CHANGES)(choices, world);
      const requirements = route(choices);
      for (const token of tokens) {
        const expected = textOf(await forgetful.authenticate(token, requirements));
        for (const verifier of [knowing, crowded]) {
          expect(textOf(await verifier.authenticate(token, requirements))).toBe(expected);
        }
      }
    }
  });
  // It would say nothing if nothing had been known.
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(300);
});
