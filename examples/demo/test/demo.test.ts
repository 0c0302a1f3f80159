import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const demo = fileURLToPath(new URL("../dist/main.js", import.meta.url));

// That all lines are as expected where nothing is wrong is tested with the notes server.
test("a line that differs is shown, and is an exit code other than 0", {
  timeout: 60_000,
}, async () => {
  const broken =
    'data:text/javascript,globalThis.fetch = () => Promise.reject(new Error("broken"))';
  const child = spawn(process.execPath, ["--import", broken, demo], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [[code], output] = await Promise.all([once(child, "close"), text(child.stdout)]);
  expect(output).toContain("DIFFERENT");
  expect(code).toBe(1);
});
