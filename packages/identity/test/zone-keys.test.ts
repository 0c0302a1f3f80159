import { randomUUID } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createKeySource, TIMING } from "./support/key-source.js";

const { ttlMs, maxAgeMs, unknownKeyCooldownMs, retryMs } = TIMING;

async function manyFinds(find: () => Promise<string>): Promise<readonly string[]> {
  return [...new Set(await Promise.all(Array.from({ length: 1_000 }, find)))];
}

test("a key set is fetched once, and then found without a promise", async () => {
  const source = createKeySource("a");
  expect(await manyFinds(() => source.find("a"))).toEqual(["found"]);
  expect(source.loads()).toBe(1);
  expect(source.zone.find("a", true)).toEqual({ kid: "a" });
});

test("within the TTL nothing is fetched; from then on, behind the request", async () => {
  const source = createKeySource("a");
  await source.find("a");
  source.clock.advance(ttlMs - 1);
  await source.find("a");
  expect(source.loads()).toBe(1);

  source.clock.advance(1);
  const open = source.hold();
  expect(source.zone.find("a", true)).toEqual({ kid: "a" });
  expect(await manyFinds(() => source.find("a"))).toEqual(["found"]);
  expect(source.loads()).toBe(2);
  open();
  await turn();
  await source.find("a");
  expect(source.loads()).toBe(2);
});

test("a removed key is gone with the refresh that follows the TTL", async () => {
  const source = createKeySource("a", "b");
  await source.find("a");
  source.serve("b");
  source.clock.advance(ttlMs);
  await source.find("b");
  await turn();
  expect(await source.find("a", false)).toBe("unknown");
});

test("up to the greatest age a key set is served through an outage, and no longer", async () => {
  const source = createKeySource("a");
  await source.find("a");
  source.serve();
  source.clock.advance(maxAgeMs);
  expect(source.zone.find("a", true)).toEqual({ kid: "a" });
  expect(await source.zone.warmup()).toBe(true);
  source.clock.advance(1);
  expect(await source.zone.warmup()).toBe(false);
  expect(await source.find("a")).toBe("unavailable");
  source.serve("a");
  source.clock.advance(10 * retryMs);
  expect(await source.find("a")).toBe("found");
});

test.each([
  [maxAgeMs, "found"],
  [maxAgeMs + 1, "unavailable"],
])("the age counts from the question: an answer after %i ms is %s", async (ms, outcome) => {
  const source = createKeySource("a");
  const open = source.hold();
  const found = source.find("a");
  source.clock.advance(ms);
  open();
  expect(await found).toBe(outcome);
});

test("too old a key set is not served while it is fetched again", async () => {
  const source = createKeySource("a", "b");
  await source.find("a");
  source.serve("b");
  source.clock.advance(maxAgeMs + 1);
  const open = source.hold();
  const finds = [source.find("a", false), source.find("b")];
  open();
  expect(await Promise.all(finds)).toEqual(["unknown", "found"]);
  expect(source.loads()).toBe(2);
});

test("an unknown key id is looked for once in a cool-down", async () => {
  const source = createKeySource("a");
  await source.find("a");
  const findRandom = () => source.find(randomUUID());
  expect(await manyFinds(findRandom)).toEqual(["unknown"]);
  expect(source.loads()).toBe(2);
  source.clock.advance(unknownKeyCooldownMs - 1);
  expect(await manyFinds(findRandom)).toEqual(["unknown"]);
  expect(source.loads()).toBe(2);
  source.clock.advance(1);
  expect(await manyFinds(findRandom)).toEqual(["unknown"]);
  expect(source.loads()).toBe(3);
});

test("a new key works at once, for all who wait for it", async () => {
  const source = createKeySource("a");
  await source.find("a");
  source.serve("a", "b");
  const open = source.hold();
  const waiting = manyFinds(() => source.find("b"));
  expect(source.zone.find("a", true)).toEqual({ kid: "a" });
  open();
  expect(await waiting).toEqual(["found"]);
  expect(source.loads()).toBe(2);
});

test("an unknown key id waits for a fetch under way before it asks for another", async () => {
  const source = createKeySource("a");
  await source.find("a");
  source.clock.advance(ttlMs);
  source.serve("a", "b");
  const open = source.hold();
  const found = [source.find("a"), source.find("b")];
  open();
  expect(await Promise.all(found)).toEqual(["found", "found"]);
  expect(source.loads()).toBe(2);
});

test("a key set that was fetched for an unknown key id is not fetched again for it", async () => {
  const source = createKeySource("a");
  expect(await source.find("b")).toBe("unknown");
  expect(source.loads()).toBe(1);
  source.serve("a", "b");
  expect(await source.find("b")).toBe("found");
  expect(source.loads()).toBe(2);
});

test("who joined the first fetch and missed a key asks for it once more", async () => {
  const source = createKeySource("a");
  const open = source.hold();
  const first = source.find("a");
  source.serve("a", "b");
  const second = source.find("b");
  open();
  expect(await Promise.all([first, second])).toEqual(["found", "found"]);
  expect(source.loads()).toBe(2);
});

test("who joined the first fetch and is not worth another is told without one", async () => {
  const source = createKeySource("a");
  const open = source.hold();
  const found = [source.find("a"), source.find("b", false)];
  open();
  expect(await Promise.all(found)).toEqual(["found", "unknown"]);
  expect(source.loads()).toBe(1);
});

test("an unknown key id that is not worth a fetch causes none", async () => {
  const source = createKeySource("a");
  expect(await source.find("b", false)).toBe("unknown");
  expect(await source.find("b", false)).toBe("unknown");
  expect(source.loads()).toBe(1);
});

test("an unknown key id during an outage is an outage", async () => {
  const source = createKeySource("a");
  await source.find("a");
  source.serve();
  expect(await source.find("b")).toBe("unavailable");
  expect(await source.find("b")).toBe("unavailable");
  expect(await source.find("b", false)).toBe("unavailable");
  expect(await source.find("a")).toBe("found");
  expect(source.loads()).toBe(2);

  source.serve("a", "b");
  source.clock.advance(unknownKeyCooldownMs);
  expect(await source.find("b")).toBe("found");
});

test("no unknown key id asks again before the pause after a failure is over", async () => {
  const source = createKeySource("a");
  await source.find("a");
  source.serve();
  source.clock.advance(ttlMs);
  await source.find("a");
  await turn();
  expect(source.loads()).toBe(2);
  expect(await source.find("b")).toBe("unavailable");
  expect(source.loads()).toBe(2);
  // The cool-down was not used up by that.
  source.clock.advance(retryMs);
  source.serve("a", "b");
  expect(await source.find("b")).toBe("found");
  expect(source.loads()).toBe(3);
});

test("an unknown key id that came during a pause does not begin the cool-down", async () => {
  const source = createKeySource("a");
  await source.find("a");
  source.serve();
  source.clock.advance(ttlMs);
  await source.find("a");
  await turn();
  expect(await source.find("b")).toBe("unavailable");
  // In the moment that the pause is over, keys are fetched, and asked for once more.
  source.clock.advance(retryMs);
  source.serve("a");
  await source.zone.warmup();
  source.serve("a", "b");
  expect(await source.find("b")).toBe("found");
  expect(source.loads()).toBe(4);
});

test("the pause after a failure doubles, up to ten times, and ends with a success", async () => {
  const source = createKeySource();
  expect(await source.find("a")).toBe("unavailable");
  for (const factor of [1, 2, 4, 8, 10, 10, 10]) {
    const before = source.loads();
    source.clock.advance(factor * retryMs - 1);
    expect(await manyFinds(() => source.find("a"))).toEqual(["unavailable"]);
    expect(source.loads()).toBe(before);
    source.clock.advance(1);
    expect(await manyFinds(() => source.find("a"))).toEqual(["unavailable"]);
    expect(source.loads()).toBe(before + 1);
  }

  source.serve("a");
  source.clock.advance(10 * retryMs);
  expect(await source.find("a")).toBe("found");
  source.serve();
  source.clock.advance(maxAgeMs + 1);
  expect(await source.find("a")).toBe("unavailable");
  const before = source.loads();
  source.clock.advance(retryMs);
  await source.find("a");
  expect(source.loads()).toBe(before + 1);
});

test("warm-up fetches what is missing or old, and answers whether there are keys", async () => {
  const source = createKeySource();
  expect(await source.zone.warmup()).toBe(false);
  source.serve("a");
  expect(await source.zone.warmup()).toBe(false);
  source.clock.advance(retryMs);
  expect(await source.zone.warmup()).toBe(true);
  expect(await source.zone.warmup()).toBe(true);
  expect(source.loads()).toBe(2);
  source.clock.advance(ttlMs);
  source.serve();
  expect(await source.zone.warmup()).toBe(true);
  expect(source.loads()).toBe(3);
});
