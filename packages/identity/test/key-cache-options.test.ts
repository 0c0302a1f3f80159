import { ConfigurationError, createKeyCache, type KeyCacheOptions } from "@caracalai/identity";
import { expect, test } from "vitest";
import { answer, GOOD_KEY } from "./support/hostile-answers.js";
import { find } from "./support/lookups.js";
import { serve } from "./support/server.js";

const NUMBERS = ["ttlMs", "maxAgeMs", "unknownKeyCooldownMs", "retryMs", "timeoutMs", "maxBytes"];
const NO_NUMBERS = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "1", "", null, true];
const NO_OPTIONS: readonly unknown[] = [null, 1, "options", true, [], () => {}];

function create(options: unknown): () => unknown {
  return () => createKeyCache(options as KeyCacheOptions);
}

test.each(NUMBERS)("%s has to be a positive integer", (name) => {
  for (const value of NO_NUMBERS) {
    expect(create({ [name]: value })).toThrow(ConfigurationError);
    expect(create({ [name]: value })).toThrow(`${name} of the key cache has to be a positive`);
  }
});

test.each(["fetch", "onWarning"])("%s has to be a function", (name) => {
  for (const value of [null, 1, "fetch", {}, true]) {
    expect(create({ [name]: value })).toThrow(ConfigurationError);
    expect(create({ [name]: value })).toThrow(`${name} of the key cache has to be a function`);
  }
});

test.each(["ttl", "ttlms", "toString", "constructor", "cacheTtlMs"])("%s is unknown", (name) => {
  expect(create({ [name]: 1 })).toThrow(
    new ConfigurationError(`Unknown option of the key cache: ${name}`),
  );
  expect(create({ [name]: undefined })).toThrow(ConfigurationError);
});

test("__proto__ is unknown", () => {
  expect(create(JSON.parse('{"__proto__":{"ttlMs":1}}'))).toThrow(ConfigurationError);
});

test("options are an object", () => {
  for (const options of NO_OPTIONS) {
    expect(create(options)).toThrow(
      new ConfigurationError("The options of the key cache have to be an object"),
    );
  }
});

test.each([
  [{ ttlMs: 2, maxAgeMs: 1 }, "maxAgeMs"],
  [{ ttlMs: 600_001 }, "maxAgeMs"],
  [{ maxAgeMs: 299_999 }, "maxAgeMs"],
  [{ timeoutMs: 2_147_483_648 }, "timeoutMs"],
])("%j do not fit together", (options, name) => {
  expect(create(options)).toThrow(ConfigurationError);
  expect(create(options)).toThrow(name);
});

test("a ConfigurationError is a TypeError of its own name", () => {
  expect(create({ ttlMs: 0 })).toThrow(TypeError);
  expect(new ConfigurationError("text").name).toBe("ConfigurationError");
});

test.each<KeyCacheOptions>([
  {},
  { ttlMs: 600_000, maxAgeMs: 600_000 },
  { maxAgeMs: 300_000 },
  { timeoutMs: 2_147_483_647 },
  Object.fromEntries(NUMBERS.map((name) => [name, undefined])),
  { fetch, onWarning: () => {} },
])("%j are right", async (options) => {
  const server = await serve(answer({ keys: [GOOD_KEY.jwk] }));
  const query = { issuer: server.issuer, zoneId: "zone-1", kid: GOOD_KEY.kid };
  expect(await find(createKeyCache(options), query)).toBe("found");
});

test("options are captured, and left as they are", async () => {
  const requests: string[] = [];
  const options = Object.freeze({
    fetch: (async (url: string) => {
      requests.push(url);
      return new Response(JSON.stringify({ keys: [GOOD_KEY.jwk] }));
    }) as typeof globalThis.fetch,
  });
  const query = { issuer: "https://sts.example.com", zoneId: "zone-1", kid: GOOD_KEY.kid };
  expect(await find(createKeyCache(options), query)).toBe("found");
  expect(requests).toEqual(["https://sts.example.com/.well-known/jwks.json?zone_id=zone-1"]);
});
