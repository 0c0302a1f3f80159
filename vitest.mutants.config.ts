import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { mutatedPackage } from "./tools/mutants/mutated-package.js";
import shared from "./vitest.config.js";

/** The tests named after the mutated file come first: the first that fails ends a run. */
class NamesakesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const names = [this.ctx.config.related ?? []].flat().map((file) => basename(file, ".ts"));
    const isNamesake = ({ moduleId }: TestSpecification) =>
      names.some((name) => basename(moduleId).startsWith(name));
    return [...files.filter(isNamesake), ...files.filter((file) => !isNamesake(file))];
  }
}

// What decides whether a mutant is killed: the tests of its own package.
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: [`packages/${mutatedPackage()}/test/**/*.test.ts`],
    // Takes seconds for each mutant. What it shows of a million entries, others show of thousands.
    exclude: ["packages/*/test/million.test.ts"],
    setupFiles: ["tools/mutants/end-on-failure.js"],
    sequence: { sequencer: NamesakesFirst },
    reporters: ["default"],
    maxWorkers: 1,
  },
});
