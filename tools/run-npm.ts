import { execFile } from "node:child_process";
import process from "node:process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A registry that stops in the middle of an answer is asked again after a minute, not after five. */
const PATIENCE = { npm_config_fetch_timeout: "60000", npm_config_fetch_retries: "4" };

/** Less than the tests that wait for it have. */
const DEADLINE_MS = 280_000;

/**
 * Runs npm in a folder.
 *
 * @returns what it wrote
 */
export async function runNpm(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, ...PATIENCE };
  const { stdout } = await run("npm", [...args], { cwd, env, timeout: DEADLINE_MS });
  return stdout;
}
