import { defineConfig } from "vitest/config";
import shared from "./vitest.config.js";

// What decides whether a mutant is killed: the tests of the packages that are mutated.
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ["packages/{identity,revocation,transport-mcp}/test/**/*.test.ts"],
    reporters: ["default"],
    maxWorkers: 1,
  },
});
