import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

const CANDIDATES = [process.env.REDIS_SERVER, "redis-server", "valkey-server"];

let known: string | undefined;

/** The server that tools/ensure-redis.js has made sure of. */
function serverCommand(): string {
  known ??= CANDIDATES.find((command) => command !== undefined && answersVersion(command));
  if (known === undefined) {
    throw new Error("There is no redis-server and no valkey-server: run `make redis` first.");
  }
  return known;
}

function answersVersion(command: string): boolean {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const running = new Set<ChildProcess>();

// A test run that ends early must leave no server behind.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One server process. It ends with the test run at the latest. */
export class RedisProcess {
  readonly #child: ChildProcess;
  #output = "";

  constructor(args: readonly string[], cwd: string) {
    this.#child = spawn(serverCommand(), args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.#child);
    this.#child.once("exit", () => running.delete(this.#child));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        this.#output = `${this.#output}${chunk.toString()}`.slice(-4_096);
      });
    }
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("The server did not start.");
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The end of what it printed. */
  get output(): string {
    return this.#output;
  }

  signal(name: "SIGSTOP" | "SIGCONT" | "SIGTERM"): void {
    if (this.isRunning) this.#child.kill(name);
  }

  /** Ends it as a crash would (`kill -9`), and waits for that. A stopped process is ended as well. */
  async kill(): Promise<void> {
    if (!this.isRunning) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }
}
