// Prints what the last test run counted, as one line: "N passed, N failed".
// Usage: node tools/print-counts.js EXIT_STATUS
import { readFileSync } from "node:fs";

const failed = process.argv[2] !== "0";
let counts = { numPassedTests: 0, numFailedTests: 0 };
try {
  counts = JSON.parse(readFileSync(new URL("../reports/vitest.json", import.meta.url), "utf8"));
} catch {
  console.error("The tests did not run to their end: see above.");
}
// A run that failed outside a test, in the build for instance, has failed all the same.
const failures = Math.max(counts.numFailedTests, failed ? 1 : 0);
console.log(`${counts.numPassedTests} passed, ${failures} failed`);
