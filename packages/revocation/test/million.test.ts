import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const child = fileURLToPath(new URL("children/million.mjs", import.meta.url));

test("of a million revoked UUIDs, each takes at most 64 bytes", async () => {
  const run = promisify(execFile)(process.execPath, ["--expose-gc", child]);
  const { store, replica } = JSON.parse((await run).stdout);
  for (const { bytes, right } of [store, replica]) {
    expect(right).toBe(true);
    expect(bytes).toBeLessThanOrEqual(64);
    // Less than an id and its expiry would say that something else was measured.
    expect(bytes).toBeGreaterThan(24);
  }
});
