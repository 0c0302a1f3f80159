import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";

interface Measured {
  readonly name: string;
  readonly added: number;
  readonly bytes: number;
  readonly tokenLength: number;
  /** How many items all lists have. */
  readonly items: number;
}

const child = fileURLToPath(new URL("children/mandate-memory.mjs", import.meta.url));
let measured: readonly Measured[] = [];
const of = (name: string) => measured.find((each) => each.name === name)?.bytes;

beforeAll(async () => {
  const run = promisify(execFile)(process.execPath, ["--expose-gc", child]);
  measured = JSON.parse((await run).stdout);
});

describe("a mandate that is remembered with its principal takes at most 1,000 bytes", () => {
  test.each(["of an agent", "delegated once"])("%s", (name) => {
    expect(of(name)).toBeLessThanOrEqual(1_000);
    // Less than its texts would say that something else was measured.
    expect(of(name)).toBeGreaterThan(500);
  });
});

test("the estimate that memory is bounded by is above what is measured, whatever mandates are like", () => {
  expect(measured).toHaveLength(4);
  for (const { name, added, bytes, tokenLength, items } of measured) {
    expect(added, name).toBeGreaterThan(1_000);
    expect(bytes, name).toBeLessThan(1.5 * tokenLength + 40 * items);
  }
});
