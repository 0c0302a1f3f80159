import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where servers in Python are forked, by which a start takes a tenth of the time. */
    readonly forkSocket: string;
  }
}

const FORK_SERVER = fileURLToPath(
  new URL("../../../../python/tests/support/fork_server.py", import.meta.url),
);

/** Has an interpreter import FastMCP once for all files of a project; for vitest's `globalSetup`. */
export default async function forkPython(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "forks-"));
  const socket = join(folder, "socket");
  const child = spawn(project.config.env.NOTES_SERVER_PYTHON ?? "", [FORK_SERVER, socket], {
    env: { PATH: process.env.PATH },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  await Promise.race([
    once(child.stdout, "data"),
    exit.then(([code]) => Promise.reject(new Error(`fork_server.py ended with code ${code}`))),
  ]);
  project.provide("forkSocket", socket);
  return async () => {
    // It ends with its standard input, and so do those that it has forked.
    child.stdin.end();
    await exit;
    await rm(folder, { recursive: true });
  };
}
