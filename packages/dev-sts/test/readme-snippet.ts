import { createDevSts, delegatedMandate } from "@caracalai/dev-sts";

const sts = await createDevSts({ audience: "https://mcp.example.com" });

const good = sts.mint({ scope: "mcp:tool:call notes:read" });
const delegated = sts.mint(delegatedMandate({ hops: 2, scope: "notes:read" }));
const forged = sts.mint({}, { signWith: "foreign" });
const withoutSubject = sts.mint({ sub: undefined });

sts.rotate(); // a new key signs, the previous one is served for 24 hours more
await sts.pause(); // connections are refused,
await sts.resume(); // until it is back on the same port

console.log(sts.issuer, { good, delegated, forged, withoutSubject });
await sts.close();
