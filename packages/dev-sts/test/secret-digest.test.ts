import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import { afterAll, expect, test, vi } from "vitest";
import { startSts } from "./support.js";
import { application, basic, form, requestToken } from "./token-requests.js";

// What is watched is Node's own function, at work.
const timingSafeEqual = vi.spyOn(crypto, "timingSafeEqual");
syncBuiltinESMExports();
afterAll(() => {
  timingSafeEqual.mockRestore();
  syncBuiltinESMExports();
});

test.each([
  ["the right secret", {}, 200],
  ["a wrong secret", { clientSecret: "wrong" }, 401],
  ["a longer secret", { clientSecret: `${application.clientSecret}x` }, 401],
  ["an unknown client", { clientId: "app_x" }, 401],
])("%s is compared once, in constant time, as a digest", async (_what, change, status) => {
  const sts = await startSts({ applications: [application] });
  timingSafeEqual.mockClear();
  const headers = { authorization: basic({ ...application, ...change }) };
  const body = form({ grant_type: "client_credentials" });
  expect((await requestToken(sts, body, headers)).status).toBe(status);
  const { calls } = timingSafeEqual.mock;
  expect(calls.map(([one, two]) => [one.byteLength, two.byteLength])).toStrictEqual([[32, 32]]);
});
