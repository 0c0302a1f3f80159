import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import base from "./vitest.config.ts";

const interpreter = (environment: string) =>
  fileURLToPath(new URL(`./python/.venv/${environment}/bin/python`, import.meta.url));

const project = (name: string, environment: string) => ({
  extends: true as const,
  test: { name, env: { NOTES_SERVER_PYTHON: interpreter(environment) } },
});

// The black-box tests of the notes server once more, against the one in Python, by FastMCP 3 and 4.
const { include: _, outputFile: __, ...test } = base.test ?? {};
export default defineConfig({
  ...base,
  test: {
    ...test,
    include: [
      "bearer",
      "client",
      "key-set",
      "official-clients",
      "outage",
      "processes",
      "refusals",
      "revocation",
      "sessions",
    ].map((name) => `examples/notes-server/test/${name}.test.ts`),
    outputFile: { json: "reports/vitest-python.json" },
    projects: [project("fastmcp-3", "dev"), project("fastmcp-4", "fastmcp4")],
  },
});
