import { describe, expect, test } from "vitest";
import { claimsOf, servedKeySet, startSts, uuidV7Shape, verifies } from "./support.js";
import {
  application,
  basic,
  form,
  granted,
  type Parameters,
  RESOURCE,
  refusal,
  requestToken,
} from "./token-requests.js";

const grant_type = "client_credentials";
const resource = RESOURCE;
const other = "https://other.example.com/mcp";

test("an application gets a resource mandate of its own, as the wire format has it", async () => {
  const sts = await startSts({ applications: [application] });
  const before = Math.floor(Date.now() / 1000);
  const answer = await granted(
    requestToken(sts, form({ grant_type, resource, scope: "notes:read" })),
  );
  expect(answer).toStrictEqual({
    access_token: expect.any(String),
    token_type: "Bearer",
    expires_in: 900,
    scope: "notes:read",
  });
  const claims = claimsOf(answer.access_token);
  expect(claims).toStrictEqual({
    iss: sts.issuer,
    aud: [resource],
    sub: "app_notes",
    sub_type: "application",
    client_id: "app_notes",
    zone_id: "zone_dev",
    jti: expect.stringMatching(uuidV7Shape),
    iat: claims.iat,
    exp: Number(claims.iat) + 900,
    use: "resource",
    sid: expect.stringMatching(uuidV7Shape),
    root_sid: claims.sid,
    scope: "notes:read",
    target: [resource],
  });
  expect(claims.iat).toBeGreaterThanOrEqual(before);
  expect(claims.iat).toBeLessThanOrEqual(Date.now() / 1000);
  expect(verifies(answer.access_token, await servedKeySet(sts))).toBe(true);
});

test("the mandate is of the application's zone", async () => {
  const sts = await startSts({
    zones: ["zone_a", "zone_b"],
    applications: [
      { ...application, zoneId: "zone_b" },
      { ...application, clientId: "app_a" },
    ],
  });
  const ofB = await granted(requestToken(sts, form({ grant_type })));
  expect(claimsOf(ofB.access_token).zone_id).toBe("zone_b");
  expect(verifies(ofB.access_token, sts.keySet("zone_b"))).toBe(true);
  const headers = { authorization: basic({ ...application, clientId: "app_a" }) };
  const ofA = await granted(requestToken(sts, form({ grant_type }), headers));
  expect(claimsOf(ofA.access_token)).toMatchObject({ zone_id: "zone_a", sub: "app_a" });
  expect(verifies(ofA.access_token, sts.keySet("zone_a"))).toBe(true);
});

test.each<[string, Parameters, string]>([
  ["no scope", {}, "notes:read notes:write"],
  ["an empty scope", { scope: "" }, "notes:read notes:write"],
  ["one of two", { scope: "notes:write" }, "notes:write"],
  ["the other way round", { scope: "notes:write notes:read" }, "notes:write notes:read"],
  ["one twice", { scope: "notes:read notes:read" }, "notes:read"],
])("asked for %s, it grants %j", async (_what, parameters, scope) => {
  const sts = await startSts({ applications: [application] });
  const answer = await granted(requestToken(sts, form({ grant_type, ...parameters })));
  expect(answer.scope).toBe(scope);
  expect(claimsOf(answer.access_token).scope).toBe(scope);
});

test("an application without scopes gets a mandate without scopes", async () => {
  const sts = await startSts({ applications: [{ ...application, scopes: [] }] });
  const answer = await granted(requestToken(sts, form({ grant_type })));
  expect(answer).not.toHaveProperty("scope");
  expect(claimsOf(answer.access_token)).not.toHaveProperty("scope");
});

describe("of an application with two resources", () => {
  const both = { ...application, resources: [resource, other] };

  test.each<[string, string[]]>([
    ["one", [other]],
    ["both", [other, resource]],
  ])("%s can be named", async (_what, resources) => {
    const sts = await startSts({ applications: [both] });
    const answer = await granted(requestToken(sts, form({ grant_type, resource: resources })));
    expect(claimsOf(answer.access_token)).toMatchObject({ aud: resources, target: resources });
  });

  test("one has to be named", async () => {
    const sts = await startSts({ applications: [both] });
    expect(await refusal(requestToken(sts, form({ grant_type })))).toBe("400 invalid_target");
  });
});

test.each<[string, Parameters]>([
  ["400 invalid_scope", { scope: "notes:delete" }],
  ["400 invalid_scope", { scope: "notes:read notes:delete" }],
  ["400 invalid_scope", { scope: "notes" }],
  ["400 invalid_scope", { scope: "NOTES:READ" }],
  ["400 invalid_scope", { scope: " notes:read" }],
  ["400 invalid_scope", { scope: "notes:read  notes:write" }],
  ["400 invalid_scope", { scope: "notes:read\tnotes:write" }],
  ["400 invalid_scope", { scope: "notes:read\u00a0notes:write" }],
  ["400 invalid_scope", { scope: " " }],
  ["400 invalid_target", { resource: other }],
  ["400 invalid_target", { resource: `${resource}/` }],
  ["400 invalid_target", { resource: `${resource}#` }],
  ["400 invalid_target", { resource: [resource, other] }],
])("%s for %j", async (expected, parameters) => {
  const sts = await startSts({ applications: [application] });
  expect(await refusal(requestToken(sts, form({ grant_type, ...parameters })))).toBe(expected);
});
