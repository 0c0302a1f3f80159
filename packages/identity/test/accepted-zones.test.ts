import { expect, test } from "vitest";
import { isAcceptedZone } from "../src/accepted-zones.js";

const zones = (count: number) => Array.from({ length: count }, (_, at) => `zone_${at}`);

test.each([0, 1, 7, 8, 1_000])("of %i zones, each is accepted and no other value", (count) => {
  for (const zoneIds of [zones(count), Object.freeze(zones(count))]) {
    // Twice, as something may be remembered of a list.
    for (let time = 0; time < 2; time += 1) {
      expect(zoneIds.every((zone) => isAcceptedZone(zoneIds, zone))).toBe(true);
      for (const other of [`zone_${count}`, "", "ZONE_0", undefined, null, 0, ["zone_0"]]) {
        expect(isAcceptedZone(zoneIds, other)).toBe(false);
      }
    }
  }
});

test("a long list that nobody can change is read once, and then no longer", () => {
  let reads = 0;
  const zoneIds = new Proxy(Object.freeze(zones(1_000)), {
    get: (list, name) => {
      if (name !== "length") reads += 1;
      return Reflect.get(list, name);
    },
  });
  expect(isAcceptedZone(zoneIds, "zone_999")).toBe(true);
  expect(reads).toBeGreaterThanOrEqual(1_000);
  reads = 0;
  expect(isAcceptedZone(zoneIds, "zone_999")).toBe(true);
  expect(isAcceptedZone(zoneIds, "zone_1000")).toBe(false);
  expect(reads).toBe(0);
});

test("a list that can be changed is looked at each time", () => {
  const zoneIds = zones(10);
  expect(isAcceptedZone(zoneIds, "zone_3")).toBe(true);
  zoneIds.splice(3, 1, "zone_new");
  expect(isAcceptedZone(zoneIds, "zone_3")).toBe(false);
  expect(isAcceptedZone(zoneIds, "zone_new")).toBe(true);
});
