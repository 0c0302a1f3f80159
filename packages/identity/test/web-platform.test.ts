import { afterAll, expect, test, vi } from "vitest";
import { startSts } from "./support/start-sts.js";

// Tests before this one may have loaded everything with Node's crypto, and those behind it are to.
vi.resetModules();
vi.doMock("#platform", () => import("../src/platform/web.js"));
const { createKeyCache, verifyMandate } = await import("@caracalai/identity");
const { POLICY, verdictOf } = await import("./support/judge.js");
afterAll(() => {
  vi.doUnmock("#platform");
  vi.resetModules();
});

test("the whole verification on web standards alone", async () => {
  const sts = await startSts();
  const keys = createKeyCache();
  const policy = { ...POLICY, issuer: sts.issuer, zoneIds: ["zone_dev"] };
  const judge = async (token: string) =>
    verdictOf(await verifyMandate(token, policy, keys, () => Math.floor(Date.now() / 1_000)));

  expect(await judge(sts.mint())).toBe("accepted");
  expect(await judge(sts.mint({}, { tamper: "signature" }))).toBe("invalid_token/signature");
  expect(await judge(sts.mint({}, { tamper: "payload" }))).toBe("invalid_token/signature");
  expect(await judge(sts.mint({}, { signWith: "foreign" }))).toBe("invalid_token/signature");
  expect(await judge(sts.mint({}, { kid: "unknown" }))).toBe("invalid_token/key");
  expect(await judge(sts.mint({ aud: [] }))).toBe("invalid_token/audience");
  expect(verifyMandate(sts.mint(), policy, keys, () => 0)).toBeInstanceOf(Promise);

  // Each waits for its crypto while the next one is read.
  const forged = sts.mint({}, { tamper: "signature" });
  const atOnce = await Promise.all([forged, sts.mint(), forged, sts.mint(), forged].map(judge));
  const refused = "invalid_token/signature";
  expect(atOnce).toEqual([refused, "accepted", refused, "accepted", refused]);
});
