import { defineConfig } from "vitest/config";
import { mutatedPackage } from "./tools/mutants/mutated-package.js";
import shared from "./vitest.config.js";

// What decides whether a mutant is killed: the tests of its own package.
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: [`packages/${mutatedPackage()}/test/**/*.test.ts`],
    // Takes seconds for each mutant. What it shows of a million entries, others show of thousands.
    exclude: ["packages/*/test/million.test.ts"],
    setupFiles: ["tools/mutants/end-on-failure.js"],
    reporters: ["default"],
    maxWorkers: 1,
  },
});
