import { OAuthMetadataSchema } from "@modelcontextprotocol/sdk/shared/auth.js";
import { expect, test } from "vitest";
import { startSts } from "./support.js";
import { application } from "./token-requests.js";

const PATH = "/.well-known/oauth-authorization-server";

test("the metadata names what there is", async () => {
  const sts = await startSts({
    zones: ["zone a&b", "zone_b"],
    applications: [
      application,
      { ...application, clientId: "app_b", zoneId: "zone_b", scopes: ["notes:read", "b"] },
    ],
  });
  const response = await fetch(sts.issuer + PATH);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("cache-control")).toBe("max-age=300, must-revalidate");
  const metadata = OAuthMetadataSchema.parse(await response.json());
  expect(metadata).toStrictEqual({
    issuer: sts.issuer,
    authorization_endpoint: `${sts.issuer}/oauth/authorize`,
    response_types_supported: [],
    token_endpoint: `${sts.issuer}/oauth/token`,
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    grant_types_supported: [
      "client_credentials",
      "urn:ietf:params:oauth:grant-type:token-exchange",
    ],
    scopes_supported: ["notes:read", "notes:write", "b"],
    jwks_uri: `${sts.issuer}/.well-known/jwks.json?zone_id=zone%20a%26b`,
  });
  const keySet = await fetch(`${metadata.jwks_uri}`);
  expect(await keySet.json()).toStrictEqual(sts.keySet());
});

test("without applications there are no scopes to name", async () => {
  const sts = await startSts();
  expect(await (await fetch(sts.issuer + PATH)).json()).not.toHaveProperty("scopes_supported");
});

test("the official client needs both members that have nothing to say", async () => {
  const sts = await startSts();
  const metadata = await (await fetch(sts.issuer + PATH)).json();
  for (const name of ["authorization_endpoint", "response_types_supported"]) {
    const without = { ...(metadata as object), [name]: undefined };
    expect(OAuthMetadataSchema.safeParse(without).success).toBe(false);
  }
});

test("nobody is sent to log in, or sent back from there", async () => {
  const sts = await startSts();
  const query = "response_type=code&client_id=app_notes&redirect_uri=https%3A%2F%2Fx.example";
  const response = await fetch(`${sts.issuer}/oauth/authorize?${query}`, { redirect: "manual" });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: "unsupported_response_type" });
});

test("there is no other metadata", async () => {
  const sts = await startSts();
  for (const path of ["/.well-known/openid-configuration", `${PATH}/zone_dev`]) {
    expect((await fetch(sts.issuer + path)).status).toBe(404);
  }
});
