import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import process from "node:process";

const TAIL_LENGTH = 2_048;

const running = new Set<ChildProcess>();

// However this process ends, it leaves none behind.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** A process that was started here. */
export interface Child {
  readonly hasEnded: boolean;
  /** The end of what it has written. */
  output(): string;
  signal(name: "SIGSTOP" | "SIGCONT"): void;
  /** Ends it, and waits until it has ended. */
  end(name: "SIGTERM" | "SIGKILL"): Promise<void>;
}

/** Starts a program. Rejects where there is none of that name. */
export async function startChild(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = spawn(program, args, {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = `${output}${text}`.slice(-TAIL_LENGTH);
    });
  }
  await once(child, "spawn");
  running.add(child);
  const ended = once(child, "exit").then(() => {
    running.delete(child);
  });
  return {
    get hasEnded() {
      return !running.has(child);
    },
    output: () => output,
    signal: (name) => void child.kill(name),
    end: async (name) => {
      if (running.has(child)) child.kill(name);
      await ended;
    },
  };
}
