// Mutates each package (or the one that MUTANTS_PACKAGE names) and runs the tests of that package,
// then prints scores, and every survivor that docs/mutation.md does not explain.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { MUTATED_PACKAGES, mutatedPackage } from "./mutated-package.js";
import { explainedIn, keyOf, readReport, scoreOf } from "./survivors.js";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const names = process.env.MUTANTS_PACKAGE === undefined ? MUTATED_PACKAGES : [mutatedPackage()];

let failed = false;
for (const name of names) {
  const env = { ...process.env, MUTANTS_PACKAGE: name };
  const { status } = spawnSync("npx", ["stryker", "run"], { cwd: root, env, stdio: "inherit" });
  failed ||= status !== 0;
}

const total = { killed: 0, timedOut: 0, survived: 0 };
const explained = explainedIn(read("docs/mutation.md"));
const unexplained = [];
for (const name of names) {
  const { counts, survivors } = readReport(JSON.parse(read(`reports/mutation-${name}.json`)));
  for (const kind of Object.keys(total)) total[kind] += counts[kind];
  unexplained.push(...survivors.filter((survivor) => !explained.has(keyOf(survivor))));
  console.log(`${name}: ${scoreOf(counts)}`);
}
console.log(`all: ${scoreOf(total)}`);

if (unexplained.length > 0) {
  console.error("Survivors to kill, or to explain in docs/mutation.md:");
  for (const { file, line, mutant } of unexplained)
    console.error(`| \`${file}:${line}\` | ${mutant} |`);
}
process.exitCode = failed || unexplained.length > 0 ? 1 : 0;
