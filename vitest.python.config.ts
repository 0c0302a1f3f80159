import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

const FORKS = "./examples/notes-server/test/support/fork-python.ts";
const TESTS = "examples/notes-server/test";

// What a client sees of requests, calls, sessions and streams.
const BY_FASTMCP = ["bearer", "client", "official-clients", "refusals", "revocation", "sessions"];

// What FastMCP has no part in, of either version: keys, and how the program begins and ends.
const BESIDE_FASTMCP = [
  "key-set",
  "outage",
  "processes",
  "shared-outage",
  "shared-revocations",
  "wrong-environment",
];

const project = (name: string, environment: string, tests: readonly string[]) => {
  const path = `./python/.venv/${environment}/bin/python`;
  const interpreter = fileURLToPath(new URL(path, import.meta.url));
  const include = tests.map((test) => `${TESTS}/${test}.test.ts`);
  return {
    extends: true as const,
    test: { name, include, env: { NOTES_SERVER_PYTHON: interpreter }, globalSetup: FORKS },
  };
};

// The tests of the notes server once more, against the one in Python, by FastMCP 3 and 4.
const { include: _, ...test } = base.test ?? {};
export default defineConfig({
  ...base,
  test: {
    ...test,
    outputFile: { json: "reports/vitest-python.json" },
    // Each file takes longer to import the clients than to run. As in test:others.
    isolate: false,
    projects: [
      project("fastmcp-3", "dev", [...BY_FASTMCP, ...BESIDE_FASTMCP]),
      project("fastmcp-4", "fastmcp4", BY_FASTMCP),
    ],
  },
});
