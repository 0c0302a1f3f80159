import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runNpm } from "./run-npm.js";

const run = promisify(execFile);
const cache = new URL("../node_modules/.cache/node/", import.meta.url);

/**
 * Installs a Node.js of another version, as npm packages it for this machine, once.
 *
 * @returns the program
 */
export async function installNode(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`;
  const home = fileURLToPath(new URL(version, cache));
  const node = join(home, "node_modules", name, "bin/node");
  if (!existsSync(node)) await installInto(home, `${name}@${version}`);
  const { stdout } = await run(node, ["--version"]);
  if (stdout.trim() !== `v${version}`) throw new Error(`${node} is ${stdout.trim()}.`);
  return node;
}

/** The folder is there as a whole or not at all, whoever else installs at the same time. */
async function installInto(home: string, specifier: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${home}-`);
  try {
    await runNpm(fresh, ["install", "--silent", "--no-save", "--prefix", fresh, specifier]);
    await rename(fresh, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
