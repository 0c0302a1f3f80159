// Prints what the last test run counted, in both languages, as one line: "N passed, N failed".
// Usage: node tools/print-counts.js EXIT_STATUS
import { readdirSync, readFileSync } from "node:fs";

const reports = new URL("../reports/", import.meta.url);
const read = (name) => readFileSync(new URL(name, reports), "utf8");
const numberIn = (text, name) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(text)?.[1] ?? 0);

let passed = 0;
let failed = 0;
try {
  const names = readdirSync(reports);
  for (const part of ["judging", "others"]) {
    const { numPassedTests, numFailedTests } = JSON.parse(read(`vitest-${part}.json`));
    passed += numPassedTests;
    failed += numFailedTests;
  }
  for (const name of names.filter((file) => /^pytest-.*\.xml$/.test(file))) {
    const [suite = ""] = /<testsuite [^>]*>/.exec(read(name)) ?? [];
    const failures = numberIn(suite, "failures") + numberIn(suite, "errors");
    passed += numberIn(suite, "tests") - failures - numberIn(suite, "skipped");
    failed += failures;
  }
} catch {
  console.error("The tests did not run to their end: see above.");
}
// A run that failed outside a test, in the build for instance, has failed all the same.
if (process.argv[2] !== "0") failed = Math.max(failed, 1);
console.log(`${passed} passed, ${failed} failed`);
