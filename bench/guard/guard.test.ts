import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";
import { judgeRatios, type Ratios } from "./judge-ratios.js";

/**
 * Times the speed of the raw signature; beside its digest, of the digest of the token, which differs less
 * from machine to machine. Below what `make bench` measures, as far as a change can be told from another
 * machine; above what is left where a signature is verified twice (0.5), where a mandate is not known
 * again (0.9), or where its token is digested twice (0.35). A few microseconds of a mandate never seen
 * are not told from another machine: a payload that is parsed three times leaves 0.79, where 0.83 is usual.
 */
const AT_LEAST = { fresh: 0.68, known: 20, knownBesideDigest: 0.4 };

/** With more than that, a run says nothing about speed. */
const TOO_NOISY = 0.4;

const child = fileURLToPath(new URL("measure.mjs", import.meta.url));
let blocks: readonly Ratios[] = [];

beforeAll(async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [child]);
  blocks = JSON.parse(stdout);
});

test.each([
  ["a mandate never seen costs little more than its signature", "fresh"],
  ["a mandate seen before costs a small part of it", "known"],
  ["and little more than what it is known by", "knownBesideDigest"],
] as const)("%s", (_, name) => {
  const verdict = judgeRatios(blocks, name, AT_LEAST[name]);
  console.info(`${name}: ${verdict.ratio.toFixed(2)} times, noise ${verdict.noise.toFixed(2)}`);
  expect(verdict, name).toMatchObject({ isTooSlow: false });
});

test.each([
  ["a signature that is verified twice", "verifiedTwice", "fresh"],
  ["a mandate that is not known again", "notRemembered", "known"],
  ["a token that is digested twice", "digestedTwiceBesideDigest", "knownBesideDigest"],
] as const)("%s would be noticed", (_, name, limit) => {
  const verdict = judgeRatios(blocks, name, AT_LEAST[limit]);
  // Where nothing can be told, that is no reason to stop anybody.
  expect(verdict.isTooSlow || verdict.noise > TOO_NOISY, JSON.stringify(verdict)).toBe(true);
});

test("noise is what equal things are apart, and a limit gives way by as much", () => {
  const steady = [1, 1, 1].map((floorAgain) => ({ floorAgain, ours: 0.7 }));
  expect(judgeRatios(steady, "ours", 0.7)).toEqual({ ratio: 0.7, noise: 0, isTooSlow: false });
  expect(judgeRatios(steady, "ours", 0.71).isTooSlow).toBe(true);
  const shaken = [1, 0.8, 1].map((floorAgain) => ({ floorAgain, ours: 0.7 }));
  expect(judgeRatios(shaken, "ours", 0.8).isTooSlow).toBe(false);
  expect(judgeRatios(shaken, "ours", 0.85).isTooSlow).toBe(true);
  const straying = [0.5, 1, 2].map((ours) => ({ floorAgain: 1, ours }));
  expect(judgeRatios(straying, "ours", 1.4)).toMatchObject({ ratio: 1, noise: 0.5 });
  expect(judgeRatios([], "ours", 0.5).isTooSlow).toBe(true);
});
