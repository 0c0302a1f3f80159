// Without type annotations: Node runs it as it is. It has nothing to do, and ends.
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { createMandateVerifier } from "@caracalai/transport-mcp";

const verifier = createMandateVerifier({
  issuer: process.env.ISSUER ?? "",
  audience: "https://mcp.example.com",
  zoneId: "zone_dev",
  revocations: new InMemoryRevocationStore(),
});
const result = await verifier.authenticate(process.env.TOKEN ?? "");
if (!result.ok) throw result.error;
verifier.watch(result.principal, () => {});
console.log("watching");
