import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { InMemoryRevocationStore, RevocationStoreFullError } from "@caracalai/revocation";
import { expect, test } from "vitest";
import { countLooks } from "./support/count-looks.js";

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

test("a million entries are right, bounded, and none is looked at to refuse more", () => {
  const entries = 1_000_000;
  const store = new InMemoryRevocationStore({ maxEntries: entries });
  for (let index = 0; index < entries; index += 1) store.markRevoked(`session-${index}`);
  expect(store.size).toBe(entries);

  let right = 0;
  for (let index = 0; index < entries; index += 97) {
    if (store.isRevoked(`session-${index}`) && !store.isRevoked(`other-${index}`)) right += 1;
  }
  expect(right).toBe(Math.ceil(entries / 97));

  let refused = 0;
  const looks = countLooks(() => {
    for (let index = 0; index < 10_000; index += 1) {
      try {
        store.markRevoked(`other-${index}`);
      } catch (error) {
        if (error instanceof RevocationStoreFullError) refused += 1;
      }
    }
  });
  expect(refused).toBe(10_000);
  // No other entry is looked at: full-store.test.ts shows that such looks are counted.
  expect(looks).toBe(0);
  expect(store.size).toBe(entries);
  store.markRevoked("session-0", 200_000_000);
  expect(store.isRevoked("session-0")).toBe(true);
});
