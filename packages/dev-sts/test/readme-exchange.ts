import { createDevSts, sessionMandate } from "@caracalai/dev-sts";

const application = { clientId: "app_notes", clientSecret: "for-development" };
const sts = await createDevSts({
  applications: [
    { ...application, scopes: ["notes:read"], resources: ["https://mcp.example.com"] },
  ],
});

const claims = { sub: "ada", client_id: application.clientId, scope: "notes:read notes:write" };
const response = await fetch(`${sts.issuer}/oauth/token`, {
  method: "POST",
  headers: { authorization: `Basic ${btoa(Object.values(application).join(":"))}` },
  body: new URLSearchParams({
    grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
    subject_token: sts.mint(sessionMandate(sts.issuer, claims)),
    subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
  }),
});

console.log(sts.issuer, await response.json()); // a resource mandate for ada, with notes:read
await sts.close();
