import { mutatedPackage } from "./tools/mutants/mutated-package.js";

const name = mutatedPackage();

// One run a package, judged by the tests of that package: see docs/mutation.md.
export default {
  // Stryker would rewrite tsconfig files in its copy of the project, which nothing here needs.
  tsconfigFile: "not-read.json",
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "vitest.mutants.config.ts" },
  mutate: [`packages/${name}/src/**/*.ts`, "!packages/*/src/index.ts"],
  disableTypeChecks: false,
  coverageAnalysis: "perTest",
  concurrency: 2,
  timeoutMS: 20_000,
  timeoutFactor: 3,
  incremental: true,
  incrementalFile: `reports/stryker-${name}.json`,
  ignorePatterns: ["/docs", "/reports", "/vectors"],
  reporters: ["clear-text", "json", "progress-append-only"],
  jsonReporter: { fileName: `reports/mutation-${name}.json` },
  thresholds: { high: 95, low: 90, break: 90 },
  clearTextReporter: { allowColor: false, reportTests: false, allowEmojis: false },
};
