import { afterEach, expect, test, vi } from "vitest";
import { fetchKeySet, servedKeySet, startSts, verifies } from "./support.js";

afterEach(() => {
  vi.useRealTimers();
});

test("a zone's key set is served as the wire format has it", async () => {
  const sts = await startSts();
  const response = await fetchKeySet(sts.issuer, "zone_dev");
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("max-age=300, must-revalidate");
  expect(response.headers.get("content-type")).toBe("application/json");
  const base64url = /^[A-Za-z0-9_-]{43}$/;
  expect(await response.json()).toStrictEqual({
    keys: [
      {
        kty: "EC",
        crv: "P-256",
        use: "sig",
        kid: expect.stringMatching(base64url),
        alg: "ES256",
        x: expect.stringMatching(base64url),
        y: expect.stringMatching(base64url),
      },
    ],
  });
  expect(await servedKeySet(sts)).toStrictEqual(sts.keySet());
});

test("each zone has keys of its own, and its id may need percent-encoding", async () => {
  const sts = await startSts({ zones: ["zone a&b/ü", "zone_b"] });
  const mandate = sts.mint();
  expect(verifies(mandate, await servedKeySet(sts, "zone a&b/ü"))).toBe(true);
  expect(verifies(mandate, await servedKeySet(sts, "zone_b"))).toBe(false);
  expect(verifies(sts.mint({}, { zone: "zone_b" }), await servedKeySet(sts, "zone_b"))).toBe(true);
});

test.each([
  ["no zone", "GET", "/.well-known/jwks.json", 400],
  ["an empty zone", "GET", "/.well-known/jwks.json?zone_id=", 400],
  ["an unknown zone", "GET", "/.well-known/jwks.json?zone_id=zone_x", 404],
  ["an inherited name as a zone", "GET", "/.well-known/jwks.json?zone_id=constructor", 404],
  ["another path", "GET", "/", 404],
  ["a path with a slash too many", "GET", "/.well-known/jwks.json/?zone_id=zone_dev", 404],
  ["the path of the command line's endpoint", "POST", "/dev/mint", 404],
  ["another method", "POST", "/.well-known/jwks.json?zone_id=zone_dev", 405],
])("%s is refused with a JSON error", async (_what, method, path, status) => {
  const sts = await startSts();
  const response = await fetch(sts.issuer + path, { method });
  expect(response.status).toBe(status);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("allow")).toBe(status === 405 ? "GET" : null);
  expect(await response.json()).toStrictEqual({
    error: expect.any(String),
    error_description: expect.any(String),
  });
});

test("after a rotation the new key signs and the previous one is served", async () => {
  const sts = await startSts();
  const before = sts.mint();
  const [first] = sts.keySet().keys;
  const kid = sts.rotate();
  const served = await servedKeySet(sts);
  expect(served.keys.map((key) => key.kid)).toStrictEqual([kid, first?.kid]);
  expect(verifies(before, served)).toBe(true);
  expect(verifies(sts.mint(), served)).toBe(true);
  expect(verifies(sts.mint({}, { signWith: "previous" }), served)).toBe(true);
});

test("a rotation of one zone leaves the others alone", async () => {
  const sts = await startSts({ zones: ["zone_a", "zone_b"] });
  const before = sts.keySet("zone_a");
  sts.rotate("zone_b");
  expect(sts.keySet("zone_a")).toStrictEqual(before);
  expect(sts.keySet("zone_b").keys).toHaveLength(2);
});

test("the previous key is served for 24 hours", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const sts = await startSts();
  const before = sts.mint();
  sts.rotate();
  vi.setSystemTime(Date.now() + 24 * 3_600_000 - 1);
  expect(verifies(before, await servedKeySet(sts))).toBe(true);
  vi.setSystemTime(Date.now() + 1);
  expect(verifies(before, await servedKeySet(sts))).toBe(false);
  expect(verifies(sts.mint(), await servedKeySet(sts))).toBe(true);
});

test("only the current and the previous key are served", async () => {
  const sts = await startSts();
  const kids = [sts.rotate(), sts.rotate()].reverse();
  expect((await servedKeySet(sts)).keys.map((key) => key.kid)).toStrictEqual(kids);
});

test("a removed key is served no more, and can still sign", async () => {
  const sts = await startSts();
  const before = sts.mint();
  const [first] = sts.keySet().keys;
  const kid = sts.rotate();
  sts.removeKey(first?.kid ?? "");
  expect(verifies(before, await servedKeySet(sts))).toBe(false);
  sts.removeKey(kid);
  expect(await servedKeySet(sts)).toStrictEqual({ keys: [] });
  expect(verifies(sts.mint(), sts.keySet())).toBe(false);
  expect(() => sts.removeKey(kid)).toThrow(RangeError);
});

test("requests are counted by zone, and those that were refused in the total", async () => {
  const sts = await startSts({ zones: ["zone_a", "zone_b"] });
  for (const zone of ["zone_a", "zone_a", "zone_b", "zone_x", ""]) {
    await fetchKeySet(sts.issuer, zone);
  }
  expect(sts.keySetRequests("zone_a")).toBe(2);
  expect(sts.keySetRequests("zone_b")).toBe(1);
  expect(sts.keySetRequests()).toBe(5);
  expect(() => sts.keySetRequests("zone_x")).toThrow(RangeError);
});

test("a zone that is not there throws wherever one is named", async () => {
  const sts = await startSts();
  expect(() => sts.mint({}, { zone: "zone_x" })).toThrow(RangeError);
  expect(() => sts.rotate("zone_x")).toThrow(RangeError);
  expect(() => sts.keySet("zone_x")).toThrow(RangeError);
  expect(() => sts.epoch("zone_x")).toThrow(RangeError);
  await expect(sts.bumpEpoch("zone_x")).rejects.toThrow(RangeError);
});
