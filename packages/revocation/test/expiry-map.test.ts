import { expect, test } from "vitest";
import { ExpiryMap } from "../src/expiry-map.js";

/** A map of expiries that counts how many entries it has looked at. */
function counted(maxEntries: number) {
  const looks = { count: 0 };
  const map = new ExpiryMap<number>("entries", maxEntries, (expiry) => {
    looks.count += 1;
    return expiry;
  });
  return { map, looks };
}

test("a new entry costs a few looks at others on average, while as many end as come", () => {
  const { map, looks } = counted(1_000_000);
  for (let now = 0; now < 100_000; now += 1) map.set(`entry-${now}`, now + 10_000, now);
  expect(map.liveSize(100_000)).toBe(9_999);
  expect(looks.count).toBeLessThan(500_000);
});

test("a full map refuses without a look at its entries, until the first can have ended", () => {
  const { map, looks } = counted(2_000);
  for (let index = 0; index < 2_000; index += 1) map.set(`entry-${index}`, 100 + index, 0);
  looks.count = 0;
  for (let now = 0; now < 100; now += 1) expect(() => map.set("new", 9_999, now)).toThrow();
  expect(looks.count).toBe(0);
  map.set("new", 9_999, 100);
  expect(map.get("entry-0", 100)).toBeUndefined();
  expect(map.get("new", 100)).toBe(9_999);
});
