import { afterAll, expect, test } from "vitest";
import { runFloods } from "./floods.js";
import { timeInterleaved } from "./interleaved.js";
import { ACCEPTANCES, refusalCases } from "./refusal-cases.js";
import { createSetting } from "./setting.js";
import { shapeCases } from "./shape-cases.js";

const setting = await createSetting();
afterAll(() => setting.sts.close());

/** Far above what they cost, so that a busy machine does not matter. */
const WIDE_MARGIN = 0.5;

test("a token that is refused before its signature costs less than half an acceptance", async () => {
  const all = refusalCases(setting);
  const small = all.filter(({ beside }) => beside === ACCEPTANCES[0]);
  const before = new Set(shapeCases(setting, "..").map(({ name }) => name));
  const shape = small.filter(({ name }) => before.has(name) || name === ACCEPTANCES[0]);
  const [accepted, ...timings] = await timeInterleaved(shape, 5);
  expect(timings.length).toBeGreaterThan(8);
  // Of the shortest times: whatever else the machine does makes times longer, and never shorter.
  const limit = WIDE_MARGIN * (accepted?.min ?? 0);
  expect(timings.filter(({ min }) => min > limit)).toEqual([]);
});

test("floods of key ids and zones cause one request for each zone at the most", async () => {
  const reports = await runFloods(setting, 2_000);
  const requests = reports.reduce((sum, flood) => sum + flood.requests, 0);
  expect(requests).toBeLessThanOrEqual(2);
  expect(setting.sts.keySetRequests()).toBeLessThanOrEqual(4);
});
