import { createKeyCache } from "@caracalai/identity";
import { expect, test } from "vitest";
import {
  answer,
  bomb,
  cutOff,
  endless,
  GOOD_KEY,
  gzipped,
  headersOnly,
  keySetOfSize,
  notGzip,
  notHttp,
  reset,
  silent,
  trickle,
} from "./support/hostile-answers.js";
import { find, findAtOnce } from "./support/lookups.js";
import { serve } from "./support/server.js";

const { kid, jwk } = GOOD_KEY;
const GOOD = JSON.stringify({ keys: [jwk] });

// A pause after failures that is longer than any test: whatever comes in, one request is made.
const LIMITS = { timeoutMs: 500, retryMs: 600_000 };
// Far beyond timeoutMs, for a machine that is busy with something else.
const DEADLINE_MS = 15_000;

test.each([
  ["500", answer(GOOD, 500)],
  ["503", answer(GOOD, 503)],
  ["404", answer(GOOD, 404)],
  ["400", answer(GOOD, 400)],
  ["201", answer(GOOD, 201)],
  ["204", answer("", 204)],
  ["304", answer("", 304)],
  ["a reset connection", reset],
  ["a body cut off", cutOff],
  ["something that is not HTTP", notHttp],
  ["no answer", silent],
  ["headers without a body", headersOnly],
  ["a body that trickles", trickle],
  ["a body of 64 MB", endless],
  ["a compressed bomb", bomb()],
  ["a body that is not compressed as it says", notGzip],
  ["an empty body", answer("")],
  ["HTML", answer("<html></html>")],
  ["JSON of something else", answer([jwk])],
  ["{}", answer({})],
  ["an empty key set", answer({ keys: [] })],
  ["no usable key", answer({ keys: [{ ...jwk, use: "enc" }] })],
  ["the one key id twice", answer({ keys: [jwk, jwk] })],
])("%s: unavailable, in time, after one request", async (_, listener) => {
  const server = await serve(listener);
  const cache = createKeyCache(LIMITS);
  const query = { issuer: server.issuer, zoneId: "zone-1", kid };
  const startedAt = performance.now();
  for (let wave = 0; wave < 3; wave += 1) {
    expect(await findAtOnce(cache, 1_000, () => query)).toEqual(["unavailable"]);
  }
  expect(await cache.warmup(server.issuer, "zone-1")).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(DEADLINE_MS);
  expect(server.requests).toHaveLength(1);
});

test("a refused connection: unavailable", async () => {
  const server = await serve(silent);
  await server.close();
  const cache = createKeyCache(LIMITS);
  const query = { issuer: server.issuer, zoneId: "zone-1", kid };
  expect(await findAtOnce(cache, 1_000, () => query)).toEqual(["unavailable"]);
});

test("a host that has no address: unavailable", async () => {
  const cache = createKeyCache(LIMITS);
  const query = { issuer: "http://sts.invalid", zoneId: "zone-1", kid };
  expect(await findAtOnce(cache, 100, () => query)).toEqual(["unavailable"]);
});

test.each([301, 302, 303, 307, 308])("a %i is not followed", async (status) => {
  const target = await serve(answer(GOOD));
  const server = await serve((_, response) => {
    response.writeHead(status, { location: `${target.issuer}/jwks.json` }).end(GOOD);
  });
  const cache = createKeyCache(LIMITS);
  const query = { issuer: server.issuer, zoneId: "zone-1", kid };
  expect(await findAtOnce(cache, 1_000, () => query)).toEqual(["unavailable"]);
  expect(server.requests).toHaveLength(1);
  expect(target.requests).toEqual([]);
});

test("the connection is closed when the time is over", async () => {
  let closed: Promise<unknown> | undefined;
  const server = await serve((request, response) => {
    closed = new Promise((resolve) => response.once("close", resolve));
    trickle(request, response);
  });
  const cache = createKeyCache(LIMITS);
  expect(await find(cache, { issuer: server.issuer, zoneId: "zone-1", kid })).toBe("unavailable");
  await closed;
});

test("a large body is not read to its end", async () => {
  let finished: Promise<boolean> | undefined;
  const server = await serve((request, response) => {
    finished = new Promise((resolve) => {
      response.once("close", () => resolve(response.writableFinished));
    });
    endless(request, response);
  });
  const cache = createKeyCache({ ...LIMITS, timeoutMs: 5_000 });
  expect(await find(cache, { issuer: server.issuer, zoneId: "zone-1", kid })).toBe("unavailable");
  expect(await finished).toBe(false);
});

test.each([
  [262_144, {}, "found"],
  [262_145, {}, "unavailable"],
  [1_000, { maxBytes: 1_000 }, "found"],
  [1_001, { maxBytes: 1_000 }, "unavailable"],
])("a body of %i bytes with %j, compressed or not: %s", async (size, options, outcome) => {
  for (const listener of [answer(keySetOfSize(size)), gzipped(keySetOfSize(size))]) {
    const server = await serve(listener);
    const cache = createKeyCache(options);
    expect(await find(cache, { issuer: server.issuer, zoneId: "zone-1", kid })).toBe(outcome);
  }
});

test.each([
  ["an error", answer(GOOD, 500)],
  ["{}", answer({})],
  ["an empty key set", answer({ keys: [] })],
  ["a reset connection", reset],
])("the last good key set stays after %s", async (_, listener) => {
  let current = answer(GOOD);
  const server = await serve((request, response) => current(request, response));
  const cache = createKeyCache({ ...LIMITS, ttlMs: 1, unknownKeyCooldownMs: 1 });
  const query = { issuer: server.issuer, zoneId: "zone-1", kid };
  expect(await find(cache, query)).toBe("found");

  current = listener;
  expect(await find(cache, { ...query, kid: "unknown" })).toBe("unavailable");
  expect(server.requests).toHaveLength(2);
  expect(await findAtOnce(cache, 1_000, () => query)).toEqual(["found"]);
  expect(server.requests).toHaveLength(2);
});

test("a fetch of the operator's that throws, lies or never ends: unavailable", async () => {
  const fetches: readonly (() => unknown)[] = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
    () => new Promise(() => {}),
    () => undefined,
    () => new Response(null),
    () => new Response("text"),
  ];
  for (const fetchAnswer of fetches) {
    const fetch = fetchAnswer as typeof globalThis.fetch;
    const cache = createKeyCache({ timeoutMs: 50, fetch });
    const query = { issuer: "https://sts.example.com", zoneId: "zone-1", kid };
    expect(await find(cache, query)).toBe("unavailable");
  }
});
