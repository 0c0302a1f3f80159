import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./tools/longest-first.js";

const source = (path: string) => fileURLToPath(new URL(`./packages/${path}`, import.meta.url));

const setup = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Tests run against the sources, so that coverage and mutations map to what a reader sees.
// What users install (the packed packages) is run by tools/packed-packages.test.ts.
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@caracalai\/([a-z-]+)$/, replacement: source("$1/src/index.ts") },
      { find: /^@caracalai\/([a-z-]+)\/([a-z-]+)$/, replacement: source("$1/src/$2/index.ts") },
      { find: "#platform", replacement: source("identity/src/platform/node.ts") },
    ],
  },
  test: {
    include: [
      "packages/*/test/**/*.test.ts",
      "examples/*/test/**/*.test.ts",
      "tools/**/*.test.ts",
      "fuzz/**/*.test.ts",
      "faults/**/*.test.ts",
      "bench/*/*.test.ts",
    ],
    reporters: ["default", "json"],
    outputFile: { json: "reports/vitest.json" },
    setupFiles: [setup("examples/notes-server/test/support/after-each-file.ts")],
    // Run without isolation: half of the time is spent importing otherwise, so a test puts back what it
    // changes for its process.
    // Much of the time is spent waiting for servers and clients: both cores are worth using.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    // Ends what hangs. It measures nothing: the properties alone take seconds, more on a busy machine.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    coverage: {
      provider: "v8",
      include: ["packages/{identity,revocation,transport-mcp}/src/**/*.ts"],
      reporter: ["text-summary", ["text", { skipFull: true }]],
      reportsDirectory: "reports/coverage",
      thresholds: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },
});
