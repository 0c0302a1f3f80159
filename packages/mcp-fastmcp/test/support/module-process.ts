import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { onTestFinished, type TestContext } from "vitest";

// Inside the repository, so that package names resolve as they do for users of the built packages.
const folder = new URL("../../../../node_modules/.cache/mcp-fastmcp/", import.meta.url);

export function readText(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
}

/** Puts other texts in the place of some, each of which has to be there. */
export function replaceAll(code: string, texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts).reduce((replaced, [before, after]) => {
    if (!replaced.includes(before)) throw new Error(`not in the code: ${before}`);
    return replaced.replaceAll(before, after);
  }, code);
}

/** How a test is told what to do at its end. Tests that run side by side each have their own. */
export type AtEnd = TestContext["onTestFinished"];

/** A file that Node runs as it is, with the given code, until the test ends. */
export function moduleFile(code: string, atEnd: AtEnd = onTestFinished): string {
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${randomUUID()}.mjs`, folder);
  writeFileSync(file, code);
  atEnd(() => rmSync(file, { force: true }));
  return fileURLToPath(file);
}

/** A process of ours, and everything that it prints. */
export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Once it ended. */
  readonly ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
}

/** Runs a file with Node. What still runs when the test ends is ended. */
export function runFile(
  file: string,
  env: Readonly<Record<string, string>> = {},
  nodeOptions: readonly string[] = [],
  atEnd: AtEnd = onTestFinished,
): Running {
  const child = spawn(process.execPath, [...nodeOptions, file], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  atEnd(() => {
    child.kill();
  });
  const ended = Promise.all([once(child, "close"), text(child.stdout), text(child.stderr)]);
  return {
    child,
    ended: ended.then(([[code], stdout, stderr]) => ({ code, stdout, stderr })),
  };
}

/** Waits for a server's first answer of any kind. */
export async function untilListening(url: string): Promise<void> {
  for (const end = Date.now() + 15_000; ; ) {
    try {
      await (await fetch(url)).text();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
