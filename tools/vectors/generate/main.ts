// Writes the vectors into a folder. Usage: node main.js FOLDER
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { withCounts } from "./count-table.js";
import { generateFiles, generateVectors } from "./generate.js";

/** Written by hand, not generated. */
const KEPT = ["schema.json"];

const folder = argv[2];
if (folder === undefined) throw new Error("Usage: node main.js FOLDER");
const vectors = generateVectors();
const files = generateFiles(vectors);
for (const name of readdirSync(folder)) {
  const isLeftOver = name.endsWith(".json") && !files.has(name) && !KEPT.includes(name);
  if (isLeftOver) rmSync(join(folder, name));
}
for (const [name, text] of files) writeFileSync(join(folder, name), text);

const readme = join(folder, "README.md");
writeFileSync(readme, withCounts(readFileSync(readme, "utf8"), vectors.values()));
