// Run by Node with --expose-gc, on the built packages: prints what mandates take that are remembered
// with their principals, in bytes for each.
import { randomUUID } from "node:crypto";
import { agentMandate, createDevSts, delegatedMandate } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier } from "@caracalai/transport-mcp";
import { usedMemory } from "../../../../tools/test-support/used-memory.mjs";

const COUNT = 4_000;
const audience = "https://mcp.example.com";
const sts = await createDevSts({ announce: () => {}, audience });

const ids = () => ({
  sub: randomUUID(),
  client_id: randomUUID(),
  sid: randomUUID(),
  root_sid: randomUUID(),
  scope: "notes:read notes:write",
});
/** Nothing in it is shared with another mandate, nor short. */
const unlike = () => ({
  ...ids(),
  agent_session_id: randomUUID(),
  delegation_edge_id: randomUUID(),
  source_session_id: randomUUID(),
  target: Array.from({ length: 3 }, () => `https://${randomUUID()}.example.com`),
  scope: Array.from({ length: 6 }, () => `scope:${randomUUID().slice(0, 8)}`).join(" "),
});
const kinds = {
  "of an agent": () => agentMandate({ ...ids(), agent_session_id: randomUUID() }),
  "delegated once": () => delegatedMandate({ hops: 1, ...ids() }),
  "delegated ten times": () => delegatedMandate({ hops: 10, ...ids() }),
  "with nothing in common": () => delegatedMandate({ hops: 1, ...unlike() }),
};

async function measure(name, claims) {
  const tokens = Array.from({ length: COUNT }, () => sts.mint(claims()));
  let known = 0;
  let principal;
  const verifier = createMandateVerifier({
    issuer: sts.issuer,
    audience,
    zoneId: "zone_dev",
    revocations: new InMemoryRevocationStore(),
    verifiedMandates: { maxEntries: COUNT, maxBytes: 2 ** 30 },
    onDecision: ({ cached }) => {
      known += cached ? 1 : 0;
    },
  });
  const presentAll = async () => {
    known = 0;
    for (const token of tokens) {
      const result = await verifier.authenticate(Buffer.from(token, "latin1").toString("latin1"));
      if (!result.ok) throw result.error;
      ({ principal } = result);
    }
  };
  // Those whose signature is known by then get an entry: all but a few, of when their table grew.
  await presentAll();
  principal = undefined;
  const before = await usedMemory();
  await presentAll();
  const added = known;
  const bytes = ((await usedMemory()) - before) / added;
  // Until here it is needed, so that nothing of it was collected before it was measured.
  await verifier.authenticate(tokens[0]);
  const {
    aud,
    target,
    delegation_path: path = [],
    delegation_chain: chain = [],
  } = principal.mandate;
  const lists = [principal.scopes, aud, target, path, chain];
  const items = lists.reduce((sum, { length }) => sum + length, 0);
  return { name, added, bytes, tokenLength: tokens[0].length, items };
}

const measured = [];
// The first time, code is compiled as well.
await measure("warm-up", kinds["of an agent"]);
for (const [name, claims] of Object.entries(kinds)) measured.push(await measure(name, claims));
process.stdout.write(JSON.stringify(measured));
await sts.close();
