import { createDevSts } from "@caracalai/dev-sts";
import { InMemoryRevocationStore } from "@caracalai/revocation";
import { challengeResponse, createMandateVerifier } from "@caracalai/transport-mcp";

const sts = await createDevSts(); // for development; in production, the URL of yours is the issuer
const verifier = createMandateVerifier({
  issuer: sts.issuer,
  audience: "https://mcp.example.com",
  zoneId: "zone_dev",
  revocations: new InMemoryRevocationStore(),
});
await verifier.warmup();
const readNotes = verifier.require({ requiredScopes: ["notes:read"] });

async function handle(request: Request): Promise<Response> {
  const result = await readNotes.authorization(request.headers.get("authorization"));
  if (!result.ok) return challengeResponse(result.error);
  return Response.json({ hello: result.principal.sub });
}

for (const scope of ["notes:read", "notes:list"]) {
  const headers = { authorization: `Bearer ${sts.mint({ scope })}` };
  const response = await handle(new Request("https://mcp.example.com/notes", { headers }));
  console.log(response.status, await response.text());
}
// 200 {"hello":"user_dev"}
// 403 {"error":"insufficient_scope","error_description":"Missing scope: notes:read","error_hint":…

await sts.close();
