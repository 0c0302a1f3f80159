import { createKeyCache } from "@caracalai/identity";
import { expect, test } from "vitest";
import { answer, bomb, endless, GOOD_KEY, silent } from "./support/hostile-answers.js";
import { find, findAtOnce } from "./support/lookups.js";
import { serve } from "./support/server.js";
import { createTestKey } from "./support/test-key.js";

// An STS that is wrong and right by turns.

const { kid, jwk } = GOOD_KEY;
const GOOD = answer({ keys: [jwk] });
const QUICK = { retryMs: 1, unknownKeyCooldownMs: 1, timeoutMs: 300 };

test("slow, then right: unavailable, and found as soon as it answers in time", async () => {
  let current = silent;
  const server = await serve((request, response) => current(request, response));
  const cache = createKeyCache(QUICK);
  const query = { issuer: server.issuer, zoneId: "zone-1", kid };
  expect(await findAtOnce(cache, 1_000, () => query)).toEqual(["unavailable"]);
  expect(server.requests).toHaveLength(1);
  current = GOOD;
  await expect.poll(() => find(cache, query), { timeout: 15_000 }).toBe("found");
});

test("a set that flaps: each key is found when it is served, and no answer mixes two sets", async () => {
  const other = createTestKey("key-2");
  let answers = 0;
  const server = await serve((request, response) => {
    answers += 1;
    answer({ keys: [answers % 2 === 1 ? jwk : other.jwk] })(request, response);
  });
  const cache = createKeyCache({ unknownKeyCooldownMs: 1, retryMs: 1 });
  const lookUp = (wanted: string) =>
    find(cache, { issuer: server.issuer, zoneId: "zone-1", kid: wanted });
  for (let turn = 0; turn < 10; turn += 1) {
    await expect.poll(() => lookUp(kid), { timeout: 15_000 }).toBe("found");
    await expect.poll(() => lookUp(other.kid), { timeout: 15_000 }).toBe("found");
  }
  expect(server.requests.length).toBe(answers);
});

test.each([
  ["64 MB bodies", endless],
  ["compressed bombs", bomb()],
])("%s again and again leave no memory behind", async (_, listener) => {
  const server = await serve(listener);
  const cache = createKeyCache({ ...QUICK, timeoutMs: 5_000 });
  const query = { issuer: server.issuer, zoneId: "zone-1", kid };
  const fetchOnce = () =>
    expect
      .poll(
        async () => {
          const before = server.requests.length;
          const outcome = await find(cache, query);
          return server.requests.length > before && outcome;
        },
        { interval: 5, timeout: 15_000 },
      )
      .toBe("unavailable");
  await fetchOnce();
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 5; round += 1) await fetchOnce();
  // One body kept would be 64 MB.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
});
