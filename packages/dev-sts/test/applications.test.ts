import { inspect } from "node:util";
import type { DevStsOptions } from "@caracalai/dev-sts";
import { expect, test } from "vitest";
import { resolveOptions } from "../src/options.js";
import { startSts } from "./support.js";
import { application, RESOURCE } from "./token-requests.js";

test.each<[string, unknown]>([
  ["no list", application],
  ["null", null],
  ["an application that is none", ["app_notes"]],
  ["an unknown name", [{ ...application, secret: "hush" }]],
  ["no clientId", [{ ...application, clientId: undefined }]],
  ["an empty clientId", [{ ...application, clientId: "" }]],
  ["a clientId with a colon", [{ ...application, clientId: "a:b" }]],
  ["a clientId with a space", [{ ...application, clientId: "a b" }]],
  ["a clientId twice", [application, application]],
  ["a clientId twice, in two zones", [application, { ...application, zoneId: "zone_b" }]],
  ["no clientSecret", [{ ...application, clientSecret: undefined }]],
  ["an empty clientSecret", [{ ...application, clientSecret: "" }]],
  ["a clientSecret with a plus", [{ ...application, clientSecret: "hu+sh" }]],
  ["a clientSecret with a percent sign", [{ ...application, clientSecret: "hu%sh" }]],
  ["a clientSecret that is not ASCII", [{ ...application, clientSecret: "hüsh" }]],
  ["an unknown zone", [{ ...application, zoneId: "zone_x" }]],
  ["no scopes", [{ ...application, scopes: undefined }]],
  ["scopes that are no list", [{ ...application, scopes: "notes:read notes:write" }]],
  ["two scopes in one", [{ ...application, scopes: ["notes:read notes:write"] }]],
  ["a scope that is no text", [{ ...application, scopes: [1] }]],
  ["an empty scope", [{ ...application, scopes: [""] }]],
  ["a scope twice", [{ ...application, scopes: ["a", "a"] }]],
  ["no resources", [{ ...application, resources: undefined }]],
  ["an empty list of resources", [{ ...application, resources: [] }]],
  ["a resource that is no URI", [{ ...application, resources: ["notes"] }]],
  ["a resource with a fragment", [{ ...application, resources: [`${RESOURCE}#x`] }]],
  ["a resource with an empty fragment", [{ ...application, resources: [`${RESOURCE}#`] }]],
  ["a resource with a space", [{ ...application, resources: [`${RESOURCE} `] }]],
  [
    "too many resources",
    [{ ...application, resources: Array.from({ length: 65 }, (_, n) => `${RESOURCE}/${n}`) }],
  ],
])("%s throws a TypeError that does not tell a secret", async (_what, applications) => {
  const options = { applications, zones: ["zone_dev", "zone_b"] } as DevStsOptions;
  const error: Error = await startSts(options).then(
    () => expect.unreachable(),
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toMatch(/^applications/);
  expect(inspect(error)).not.toMatch(/h.{1,2}sh/);
});

test("64 resources are not too many", () => {
  const resources = Array.from({ length: 64 }, (_, n) => `${RESOURCE}/${n}`);
  const options = { applications: [{ ...application, resources }] };
  expect(resolveOptions(options).applications).toMatchObject([{ resources }]);
});

test("an application is captured when the STS starts, and its secret is not kept", async () => {
  const scopes = ["notes:read"];
  const { applications } = resolveOptions({ applications: [{ ...application, scopes }] });
  scopes.push("notes:delete");
  expect(applications).toMatchObject([{ scopes: ["notes:read"], zoneId: "zone_dev" }]);
  expect(inspect(applications, { depth: null })).not.toContain(application.clientSecret);
});
