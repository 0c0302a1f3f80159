// The TypeScript half of the comparison: a case a line in, an answer a line out, in the same order.
import { createInterface } from "node:readline";

const packages = new URL("../../../packages/", import.meta.url);
const { createKeyCache } = await import(new URL("identity/dist/index.js", packages));
const { InMemoryRevocationStore } = await import(new URL("revocation/dist/index.js", packages));
const { challenge, createMandateVerifier } = await import(
  new URL("transport-mcp/dist/index.js", packages)
);

const verifiers = new Map();

/** One verifier for each setting, since keys are fetched once; the clock is that of the case. */
function verifierOf(setting) {
  const name = JSON.stringify(setting);
  let made = verifiers.get(name);
  if (made === undefined) {
    const revocations = new InMemoryRevocationStore();
    for (const anchor of setting.revoked) revocations.markRevoked(anchor);
    for (const [zone, epoch] of Object.entries(setting.epochs)) {
      revocations.markDelegationEpoch(zone, epoch);
    }
    const clock = { now: 0 };
    const fetch = async (url) => {
      const zone = new URL(url).searchParams.get("zone_id");
      const keySet = setting.keySets[zone];
      return keySet === undefined ? new Response(null, { status: 404 }) : Response.json(keySet);
    };
    const verifier = createMandateVerifier({
      ...setting.config,
      revocations,
      keyCache: createKeyCache({ fetch, retryMs: 600_000, onWarning: () => {} }),
      now: () => clock.now * 1_000,
    });
    made = { clock, verifier };
    verifiers.set(name, made);
  }
  return made;
}

function answerOf(result) {
  if (result.ok) {
    const { mandate, ...principal } = result.principal;
    return {
      principal: { ...principal, agentSessionId: principal.agentSessionId ?? null },
      mandate,
    };
  }
  const { status, headers, body } = challenge(result.error);
  return { error: { ...result.error.toJSON() }, status, headers, body };
}

let settings;
for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (settings === undefined) {
    settings = message;
    continue;
  }
  const { clock, verifier } = verifierOf(settings[message.setting]);
  clock.now = message.now;
  const result =
    message.token === undefined
      ? await verifier.authorization(message.authorization)
      : await verifier.authenticate(message.token);
  process.stdout.write(`${JSON.stringify(answerOf(result))}\n`);
}
