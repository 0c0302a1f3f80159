import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A registry that stops in the middle of an answer is asked again after a minute, not after five. */
const PATIENCE = { npm_config_fetch_timeout: "60000", npm_config_fetch_retries: "4" };

/** npm was seen to wait for nothing, for ever. What it has fetched by then, it need not fetch again. */
const DEADLINE_MS = 150_000;

/**
 * Runs npm in a folder, and once more where it has not ended in time.
 *
 * @returns what it wrote
 */
export async function runNpm(cwd: string, args: readonly string[]): Promise<string> {
  try {
    return await runOnce(cwd, args);
  } catch (error) {
    if ((error as { killed?: unknown }).killed !== true) throw error;
    return runOnce(cwd, args);
  }
}

async function runOnce(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...PATIENCE };
  const limits = { timeout: DEADLINE_MS, killSignal: "SIGKILL" } as const;
  const { stdout } = await run("npm", [...args], { cwd, env, ...limits });
  return stdout;
}
