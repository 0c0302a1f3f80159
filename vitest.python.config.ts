import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

const TESTS = "examples/notes-server/test";

// Those that ask for nothing but what a program shows from outside.
const BLACK_BOX = [
  "bearer",
  "client",
  "key-set",
  "official-clients",
  "outage",
  "processes",
  "refusals",
  "revocation",
  "sessions",
];

// What is wrong with variables shows before FastMCP, of either version, has a say.
const BEFORE_FASTMCP = ["wrong-environment"];

const project = (name: string, environment: string, tests: readonly string[]) => {
  const path = `./python/.venv/${environment}/bin/python`;
  const interpreter = fileURLToPath(new URL(path, import.meta.url));
  const include = tests.map((test) => `${TESTS}/${test}.test.ts`);
  return {
    extends: true as const,
    test: { name, include, env: { NOTES_SERVER_PYTHON: interpreter } },
  };
};

// The tests of the notes server once more, against the one in Python, by FastMCP 3 and 4.
const { include: _, ...test } = base.test ?? {};
export default defineConfig({
  ...base,
  test: {
    ...test,
    outputFile: { json: "reports/vitest-python.json" },
    projects: [
      project("fastmcp-3", "dev", [...BLACK_BOX, ...BEFORE_FASTMCP]),
      project("fastmcp-4", "fastmcp4", BLACK_BOX),
    ],
  },
});
