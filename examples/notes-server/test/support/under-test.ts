import process from "node:process";
import { fileURLToPath } from "node:url";

/** An interpreter that has the Python packages, where it is the server in Python that is tested. */
export const PYTHON: string | undefined = process.env.NOTES_SERVER_PYTHON;

/** Whether it is the server in Python that is tested. */
export const IS_PYTHON: boolean = PYTHON !== undefined;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** What is under test: any program that takes the same variables can stand here. */
export const COMMAND: readonly [program: string, file: string] =
  PYTHON === undefined
    ? [process.execPath, path("../../dist/main.js")]
    : [PYTHON, path("../../../../python/examples/notes_server.py")];
