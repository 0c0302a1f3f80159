import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../../tools/test-support/free-port.js";
import { cleanUp } from "../../../notes-server/test/support/clean-up.js";

export type Example = "server" | "unprotected";

/** How a process ended, and what it complained of. */
export interface Exit {
  readonly code: number | null;
  readonly stderr: string;
}

/** Starts one of the two servers, as it was built, and waits until it listens. */
export async function startExample(example: Example, caracal?: object): Promise<string> {
  const port = await freePort();
  const exit = run(example, { PORT: String(port), ...(caracal && env(caracal)) });
  const failure = exit.then(({ stderr }) => Promise.reject(new Error(`It ended: ${stderr}`)));
  const url = `http://localhost:${port}/mcp`;
  await Promise.race([untilListening(url), failure]);
  // From here on it ends with the test.
  failure.catch(() => {});
  return url;
}

/** Runs the protected server with what it can't start with. */
export function runServer(caracal?: object): Promise<Exit> {
  return run("server", { PORT: "0", ...(caracal && env(caracal)) });
}

const env = (caracal: object) => ({ CARACAL: JSON.stringify(caracal) });

async function run(example: Example, variables: Readonly<Record<string, string>>): Promise<Exit> {
  const file = fileURLToPath(new URL(`../../dist/${example}.js`, import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, ...variables },
    stdio: ["ignore", "ignore", "pipe"],
  });
  cleanUp(() => child.kill("SIGKILL"));
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  return { code, stderr };
}

/** Any answer will do. */
async function untilListening(url: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await sleep(50)) {
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
  }
  throw new Error(`Nothing listens at ${url}`);
}
