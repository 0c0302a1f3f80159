import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const child = fileURLToPath(new URL("children/remembered.mjs", import.meta.url));

test("of a mandate that is known, neither payload nor signature is in memory", async () => {
  const run = promisify(execFile)(process.execPath, ["--expose-gc", child]);
  const { decisions, found } = JSON.parse((await run).stdout);
  expect(decisions).toEqual([false, true]);
  // Header, payload, signature, subject. The header, which all tokens have alike, is known by itself;
  // the subject is in the principal, and shows that the search finds what there is.
  expect(found).toEqual([true, false, false, true]);
});
