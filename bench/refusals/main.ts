import { writeFileSync } from "node:fs";
import process from "node:process";
import { runFloods } from "./floods.js";
import { timeInterleaved } from "./interleaved.js";
import { refusalCases } from "./refusal-cases.js";
import { reportOf } from "./report.js";
import { createSetting } from "./setting.js";

const CYCLES = Number(process.env.REFUSAL_CYCLES ?? 60);
const FLOOD = Number(process.env.REFUSAL_FLOOD ?? 1_000_000);
/** More than this is a leak: a million entries of a few bytes each. */
const GROWTH_LIMIT = 8 * 2 ** 20;

if (globalThis.gc === undefined) throw new Error("Run it with --expose-gc");
const setting = await createSetting();
try {
  const timings = await timeInterleaved(refusalCases(setting), CYCLES);
  const floods = await runFloods(setting, FLOOD);
  const report = reportOf(timings, floods);
  console.log(report);
  writeFileSync(new URL("../../../../docs/refusal-cost.md", import.meta.url), report);
  const grown = floods.filter((flood) => flood.heapAfter - flood.heapBefore > GROWTH_LIMIT);
  for (const { name } of grown) console.error(`The heap grew: ${name}`);
  if (grown.length > 0) process.exitCode = 1;
} finally {
  await setting.sts.close();
}
