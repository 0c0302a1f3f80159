import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(
  new URL("../../../python/examples/steered_notes_server.py", import.meta.url),
);

/** By when the server has promised to end, and a little more. */
const END_MS = 10_000;

/** How the notes server in Python is set up, beside its variables. */
export interface SteeredServerOptions {
  /** An interpreter that has the packages, with its options. */
  readonly python: readonly [program: string, ...options: string[]];
  readonly environment: Readonly<Record<string, string>>;
}

/** The notes server in Python, in a process of its own, which takes revocations from this one. */
export interface SteeredServer {
  readonly url: string;
  /** Both resolve when the server's own store has it: an STS can be given this as a store. */
  markRevoked(anchor: string): Promise<void>;
  markDelegationEpoch(zone: string, epoch: number): Promise<void>;
  /** Ends it, and waits until it has. */
  stop(): Promise<void>;
}

/** Starts the server and waits until it is ready. Rejects where it ends instead. */
export async function startSteeredServer(options: SteeredServerOptions): Promise<SteeredServer> {
  const [python, ...pythonOptions] = options.python;
  const child = spawn(python, [...pythonOptions, PROGRAM], {
    env: { PATH: process.env.PATH, ...options.environment },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const { value } = await lines.next();
    if (value === undefined) throw new Error("The notes server in Python ended");
    return value as string;
  };

  // One at a time: each waits for the answer to its own line.
  let told: Promise<unknown> = Promise.resolve();
  const tell = async (message: object): Promise<void> => {
    const before = told;
    const telling = (async () => {
      await before;
      child.stdin.write(`${JSON.stringify(message)}\n`);
      await nextLine();
    })();
    told = telling.catch(() => {});
    await telling;
  };

  const { url } = JSON.parse(await nextLine()) as { readonly url: string };
  return {
    url,
    markRevoked: (anchor) => tell({ revoke: anchor }),
    markDelegationEpoch: (zone, epoch) => tell({ zone, epoch }),
    stop: async () => {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), END_MS);
      await exit;
      clearTimeout(late);
    },
  };
}
