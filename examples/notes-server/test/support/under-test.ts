import process from "node:process";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";

/** A program with its first arguments. */
export type Command = readonly [program: string, ...args: string[]];

/** An interpreter that has the Python packages, where it is the server in Python that is tested. */
export const PYTHON: string | undefined = process.env.NOTES_SERVER_PYTHON;

/** Whether it is the server in Python that is tested. */
export const IS_PYTHON: boolean = PYTHON !== undefined;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const PROGRAM = path(
  IS_PYTHON ? "../../../../python/examples/notes_server.py" : "../../dist/main.js",
);

/** What is under test, as users start it: any program that takes the same variables can stand here. */
export const COMMAND: Command = [PYTHON ?? process.execPath, PROGRAM];

/**
 * Runs a program in a process of its own as the interpreter does, forked from one that has imported
 * FastMCP: see `fork_server.py`.
 */
export const FORKED_PYTHON: Command = [
  PYTHON ?? "",
  "-ISs",
  path("../../../../python/tests/support/run_in_fork.py"),
  PYTHON === undefined ? "" : inject("forkSocket"),
];

/** The same as by `COMMAND`, where it can be had sooner. */
export const QUICK_COMMAND: Command = IS_PYTHON ? [...FORKED_PYTHON, PROGRAM] : COMMAND;
