import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { runNpm } from "./run-npm.js";

/** How a program ended, and all that it wrote. */
export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a program is run with. */
export interface RunOptions {
  /** Its working and home folder. */
  readonly home: string;
  /** Environment variables beside `PATH` and `HOME`. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is not done by then, in milliseconds, is ended. Default: a minute. */
  readonly deadlineMs?: number;
}

/** Programs that need a newer Node.js than the project, and that Node.js. */
export interface Installed {
  /** Runs a script of an installed package: a path below `node_modules`. */
  run(script: string, args: readonly string[], options: RunOptions): Promise<Outcome>;
}

const MANIFESTS = ["package.json", "package-lock.json"];
const cache = new URL("../node_modules/.cache/on-node-22/", import.meta.url);

/**
 * Installs what the lock file in a folder names, once for each content of that file.
 *
 * @param folder - with a `package.json` that names a Node.js for each machine beside the programs
 */
export async function installOnNode22(folder: URL): Promise<Installed> {
  const digest = createHash("sha256").update(await readFile(new URL("package-lock.json", folder)));
  const home = fileURLToPath(new URL(digest.digest("hex"), cache));
  if (!existsSync(home)) await installInto(home, folder);
  const packages = join(home, "node_modules");
  const node = join(packages, `node-${process.platform}-${process.arch}`, "bin/node");
  const compiled = join(home, "compiled");
  if (!existsSync(node)) throw new Error(`npm has no Node.js 22 for this machine: ${node}`);

  return {
    run: async (script, args, { home: cwd, env, deadlineMs = 60_000 }) => {
      const child = spawn(node, [join(packages, script), ...args], {
        cwd,
        env: { PATH: process.env.PATH, HOME: cwd, NODE_COMPILE_CACHE: compiled, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        timeout: deadlineMs,
        killSignal: "SIGKILL",
      });
      const [stdout, stderr, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, "close"),
      ]);
      return { code, stdout, stderr };
    },
  };
}

/** The folder is there as a whole or not at all, whoever else installs at the same time. */
async function installInto(home: string, folder: URL): Promise<void> {
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${home}-`);
  try {
    for (const name of MANIFESTS) await copyFile(new URL(name, folder), join(fresh, name));
    await runNpm(fresh, ["ci", "--silent", "--ignore-scripts", "--no-audit"]);
    await rename(fresh, home).catch((error: unknown) => {
      if (!existsSync(home)) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
