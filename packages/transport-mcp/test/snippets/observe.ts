import { createDevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier, type Decision } from "@caracalai/transport-mcp";
import { recordDecisions } from "@caracalai/transport-mcp/opentelemetry";

const record = recordDecisions(); // with whatever your OpenTelemetry SDK registers

function onDecision(decision: Decision): void {
  record(decision);
  const { outcome, code, check, zoneId, items } = decision;
  console.log(JSON.stringify({ outcome, code, check, zoneId, items }));
}

const sts = await createDevSts();
const verifier = createMandateVerifier({
  issuer: sts.issuer,
  audience: "https://mcp.example.com",
  zoneId: "zone_dev",
  revocations: new InMemoryRevocationStore(),
  onDecision,
});
const route = { requiredScopes: ["notes:read"] };
const about = { items: [{ kind: "tool", name: "read_notes" }] } as const;
for (const claims of [{ scope: "notes:read" }, { scope: "" }, { aud: "https://elsewhere" }]) {
  await verifier.authorization(`Bearer ${sts.mint(claims)}`, route, about);
}
// {"outcome":"ok","zoneId":"zone_dev","items":[{"kind":"tool","name":"read_notes"}]}
// {"outcome":"refused","code":"insufficient_scope","check":"scope","zoneId":"zone_dev","items":…
// {"outcome":"refused","code":"invalid_token","check":"audience","items":…

await sts.close();
