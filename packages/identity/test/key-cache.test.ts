import { createKeyCache, type KeySetWarning, sharedKeyCache } from "@caracalai/identity";
import { expect, test, vi } from "vitest";
import { freePort } from "../../../tools/test-support/free-port.js";
import { answer, GOOD_KEY } from "./support/hostile-answers.js";
import { find, findAtOnce } from "./support/lookups.js";
import { serve } from "./support/server.js";
import { currentKid, startSts } from "./support/start-sts.js";
import { createTestKey } from "./support/test-key.js";

const PRIVATE_JWK = { ...createTestKey().privateKey.export({ format: "jwk" }), kid: "exposed" };

test("1,000 first look-ups at the same time are one fetch, and more are none", async () => {
  const sts = await startSts();
  const cache = createKeyCache();
  const query = { issuer: sts.issuer, zoneId: "zone_dev", kid: currentKid(sts) };
  expect(await findAtOnce(cache, 1_000, () => query)).toEqual(["found"]);
  expect(await findAtOnce(cache, 1_000, () => query)).toEqual(["found"]);
  expect(cache.find(query)).not.toBeInstanceOf(Promise);
  expect(sts.keySetRequests()).toBe(1);
});

test("warmed up, the first look-up needs no promise", async () => {
  const sts = await startSts();
  const cache = createKeyCache();
  expect(await cache.warmup(sts.issuer, "zone_dev")).toBe(true);
  expect(await cache.warmup(sts.issuer, "zone_dev")).toBe(true);
  const query = { issuer: sts.issuer, zoneId: "zone_dev", kid: currentKid(sts) };
  expect(cache.find(query)).not.toBeInstanceOf(Promise);
  expect(sts.keySetRequests()).toBe(1);
});

test("after a rotation the new key works at once, and the old one goes on", async () => {
  const sts = await startSts();
  const cache = createKeyCache();
  const query = { issuer: sts.issuer, zoneId: "zone_dev", kid: currentKid(sts) };
  await find(cache, query);
  const kid = sts.rotate();
  expect(await findAtOnce(cache, 1_000, () => ({ ...query, kid }))).toEqual(["found"]);
  expect(await find(cache, query)).toBe("found");
  expect(sts.keySetRequests()).toBe(2);
});

test("10,000 random key ids are one fetch in a cool-down", async () => {
  const sts = await startSts();
  const cache = createKeyCache({ unknownKeyCooldownMs: 600_000 });
  const query = { issuer: sts.issuer, zoneId: "zone_dev", kid: currentKid(sts) };
  await find(cache, query);
  const queryOf = (index: number) => ({ ...query, kid: `random-${index}` });
  expect(await findAtOnce(cache, 5_000, queryOf)).toEqual(["unknown"]);
  expect(await findAtOnce(cache, 5_000, queryOf)).toEqual(["unknown"]);
  expect(sts.keySetRequests()).toBe(2);
});

test("a removed key stops working when the TTL is over", async () => {
  const sts = await startSts();
  const cache = createKeyCache({ ttlMs: 20 });
  const query = { issuer: sts.issuer, zoneId: "zone_dev", kid: currentKid(sts) };
  sts.rotate();
  expect(await find(cache, query)).toBe("found");
  sts.removeKey(query.kid);
  await vi.waitFor(async () => expect(await find(cache, query)).toBe("unknown"), 10_000);
});

test("an outage: unavailable beyond the greatest age, and back when it is over", async () => {
  const sts = await startSts({ port: await freePort() });
  const cache = createKeyCache({ ttlMs: 20, maxAgeMs: 400, retryMs: 10 });
  const query = { issuer: sts.issuer, zoneId: "zone_dev", kid: currentKid(sts) };
  await vi.waitFor(async () => expect(await find(cache, query)).toBe("found"), 10_000);
  await sts.pause();
  await vi.waitFor(async () => expect(await find(cache, query)).toBe("unavailable"), 10_000);
  await sts.resume();
  await vi.waitFor(async () => expect(await find(cache, query)).toBe("found"), 10_000);
});

test("zones and issuers have their own keys", async () => {
  const one = await startSts({ zones: ["zone-1", "zone-2"] });
  const two = await startSts({ zones: ["zone-1"] });
  const cache = createKeyCache();
  const kid = currentKid(one, "zone-1");
  const { issuer } = one;
  expect(await find(cache, { issuer, zoneId: "zone-1", kid })).toBe("found");
  expect(await find(cache, { issuer, zoneId: "zone-2", kid })).toBe("unknown");
  expect(await find(cache, { issuer: two.issuer, zoneId: "zone-1", kid })).toBe("unknown");
  expect(await find(cache, { issuer, zoneId: "zone-3", kid })).toBe("unavailable");
});

test.each([
  ["", "zone-1", "/.well-known/jwks.json?zone_id=zone-1"],
  ["/", "zone-1", "/.well-known/jwks.json?zone_id=zone-1"],
  ["/tenant", "zone-1", "/tenant/.well-known/jwks.json?zone_id=zone-1"],
  ["/tenant/", "zone-1", "/tenant/.well-known/jwks.json?zone_id=zone-1"],
  ["", "a b&c=d", "/.well-known/jwks.json?zone_id=a%20b%26c%3Dd"],
  ["", "../#?/é+", "/.well-known/jwks.json?zone_id=..%2F%23%3F%2F%C3%A9%2B"],
])("the key set of issuer path %j and zone %j", async (path, zoneId, url) => {
  const server = await serve(answer({ keys: [GOOD_KEY.jwk] }));
  const query = { issuer: `${server.issuer}${path}`, zoneId, kid: GOOD_KEY.kid };
  expect(await find(createKeyCache(), query)).toBe("found");
  expect(server.requests).toEqual([url]);
});

test("a zone that no URL can name is unavailable, and nothing is thrown", async () => {
  const cache = createKeyCache();
  const query = { issuer: "https://sts.example.com", zoneId: "\ud800", kid: "a" };
  expect(await find(cache, query)).toBe("unavailable");
  expect(await cache.warmup(query.issuer, query.zoneId)).toBe(false);
});

test.each([
  ["beside a good key", [GOOD_KEY.jwk, PRIVATE_JWK], "found"],
  ["as the only key", [PRIVATE_JWK], "unavailable"],
])("a private key %s is reported", async (_, keys, outcome) => {
  const server = await serve(answer({ keys }));
  const warnings: KeySetWarning[] = [];
  const cache = createKeyCache({ onWarning: (warning) => warnings.push(warning) });
  const query = { issuer: server.issuer, zoneId: "zone-1", kid: GOOD_KEY.kid };
  expect(await find(cache, query)).toBe(outcome);
  expect(await find(cache, { ...query, kid: "exposed" })).not.toBe("found");
  expect(warnings[0]).toEqual({
    code: "private_key_published",
    issuer: server.issuer,
    zoneId: "zone-1",
    kid: "exposed",
  });
});

test("without onWarning it is the console that gets it, and no key", async () => {
  const server = await serve(answer({ keys: [GOOD_KEY.jwk, { ...PRIVATE_JWK, kid: 'a"b' }] }));
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const query = { issuer: server.issuer, zoneId: "zone-1", kid: GOOD_KEY.kid };
  expect(await find(createKeyCache(), query)).toBe("found");
  const lines = warn.mock.calls.map(String);
  warn.mockRestore();
  expect(lines).toEqual([
    `caracal: the key set of zone "zone-1" at ${server.issuer} publishes the private part of key "a\\"b". The key is not used. Revoke it.`,
  ]);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no"))],
])("an onWarning that %s does no harm", async (_, onWarning) => {
  const unhandled = vi.fn();
  process.once("unhandledRejection", unhandled);
  const server = await serve(answer({ keys: [GOOD_KEY.jwk, PRIVATE_JWK] }));
  const cache = createKeyCache({ onWarning });
  const query = { issuer: server.issuer, zoneId: "zone-1", kid: GOOD_KEY.kid };
  expect(await find(cache, query)).toBe("found");
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
});

test("JSON is asked for", async () => {
  const accepted: (string | undefined)[] = [];
  const server = await serve((request, response) => {
    accepted.push(request.headers.accept);
    answer({ keys: [GOOD_KEY.jwk] })(request, response);
  });
  const query = { issuer: server.issuer, zoneId: "zone-1", kid: GOOD_KEY.kid };
  expect(await find(createKeyCache(), query)).toBe("found");
  expect(accepted).toEqual(["application/json"]);
});

test("there is one shared cache, frozen", () => {
  expect(sharedKeyCache()).toEqual({ find: expect.any(Function), warmup: expect.any(Function) });
  expect(sharedKeyCache()).toBe(sharedKeyCache());
  expect(Object.isFrozen(sharedKeyCache())).toBe(true);
});
