import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Child, startChild } from "./child.js";
import { until } from "./until.js";

const PROGRAM = fileURLToPath(new URL("main.js", import.meta.resolve("notes-server")));
const START_DEADLINE_MS = 30_000;
const READY_LINE = /^\{"ready":true,"url":"([^"]+)"\}$/m;

/** A notes server in a process of its own. */
export interface NotesProcess {
  /** Its MCP endpoint. */
  readonly url: string;
  readonly process: Child;
}

/** Starts a notes server, set up by environment variables, and waits until it listens. */
export async function startNotesServer(
  environment: Readonly<Record<string, string>>,
): Promise<NotesProcess> {
  const child = await startChild(process.execPath, [PROGRAM], environment);
  const url = await until("a notes server", START_DEADLINE_MS, async () => {
    if (child.hasEnded) throw new Error(`A notes server ended: ${child.output()}`);
    return READY_LINE.exec(child.output())?.[1];
  });
  return { url, process: child };
}
