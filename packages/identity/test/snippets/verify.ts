import { createDevSts } from "@caracalai/dev-sts";
import { createKeyCache, judgeAuthority, MandateError, verifyMandate } from "@caracalai/identity";

const sts = await createDevSts({ audience: "https://mcp.example.com" });
const token = sts.mint({ sub: "user-1", scope: "notes:read" });

const keys = createKeyCache();
const claims = {
  issuer: sts.issuer,
  audience: "https://mcp.example.com",
  zoneIds: ["zone_dev"],
  clockToleranceSeconds: 60,
  maxLifetimeSeconds: 3_600,
};
const now = () => Math.floor(Date.now() / 1_000);

const mandate = await verifyMandate(token, claims, keys, now);
if (mandate instanceof MandateError) throw mandate;
console.log(mandate.sub); // user-1

const refusal = judgeAuthority(mandate, {
  requiredScopes: ["notes:read", "notes:write"],
  requiredTargets: [],
  requireAgent: false,
  requireDelegation: false,
  requireChainContains: [],
  requireChainIntegrity: false,
  maxHopCount: 10,
});
console.log(refusal?.code, "-", refusal?.description); // insufficient_scope - Missing scope: notes:write

await sts.close();
