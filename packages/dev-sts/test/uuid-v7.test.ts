import { expect, test } from "vitest";
import { uuidV7 } from "../src/uuid-v7.js";
import { uuidV7Shape } from "./support.js";

test("version, variant and time are where RFC 9562 puts them", () => {
  // The time of the example in appendix A.6.
  const uuid = uuidV7(0x017f22e279b0);
  expect(uuid).toMatch(uuidV7Shape);
  expect(uuid.startsWith("017f22e2-79b0-7")).toBe(true);
});

test("many at one time are all different and all well formed", () => {
  const uuids = Array.from({ length: 1000 }, () => uuidV7(0));
  expect(new Set(uuids).size).toBe(1000);
  for (const uuid of uuids) expect(uuid).toMatch(uuidV7Shape);
});
