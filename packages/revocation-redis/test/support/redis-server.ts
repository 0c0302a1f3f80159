import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../../../tools/test-support/free-port.js";
import { redisClient } from "./redis-client.js";
import { RedisProcess } from "./redis-process.js";

export interface RedisServerOptions {
  /** Whether what is written survives a crash: an append-only file, synced with every write. */
  readonly persistent?: boolean;
  /** Further settings, as on a command line: `["--maxmemory", "2mb"]`. */
  readonly settings?: readonly string[];
}

const START_DEADLINE_MS = 15_000;

/** Starts a server of the test's own, on a free port (or the one given) and in a folder of its own. End it with `stop`. */
export async function startRedis(
  options: RedisServerOptions = {},
  port?: number,
): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "redis-"));
  const server = new RedisServer(folder, port ?? (await freePort()), options);
  await server.start();
  return server;
}

/** A real server that can be killed, frozen and started again on the same port. */
export class RedisServer {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly #folder: string;
  readonly #options: RedisServerOptions;
  #process: RedisProcess | undefined;

  constructor(folder: string, port: number, options: RedisServerOptions) {
    this.#folder = folder;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `redis://${this.host}:${this.port}`;
  }

  get pid(): number {
    if (this.#process === undefined) throw new Error("The server is not running.");
    return this.#process.pid;
  }

  /** Starts it (again) on its port, and waits until it answers: with its data, where persistent. */
  async start(): Promise<void> {
    const { persistent = false, settings = [] } = this.#options;
    const aof = persistent ? ["yes", "--appendfsync", "always"] : ["no"];
    const args = [
      "--bind",
      this.host,
      "--port",
      `${this.port}`,
      "--save",
      "",
      "--appendonly",
      ...aof,
    ];
    // Else a new replica waits for 5 seconds, in case that more of them come.
    args.push("--repl-diskless-sync-delay", "0");
    const deadline = performance.now() + START_DEADLINE_MS;
    while (performance.now() < deadline) {
      this.#process = new RedisProcess([...args, ...settings], this.#folder);
      while (this.#process.isRunning && performance.now() < deadline) {
        if (await this.#answers()) return;
        await sleep(10);
      }
      // Somebody may have taken the port for a moment.
      await sleep(100);
    }
    throw new Error(`The server did not start: ${this.#process?.output}`);
  }

  /** `kill -9`: what was not persistent is lost. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** `kill -9`, and a new start on the same port. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** SIGSTOP: connections stay open and nothing is answered. */
  freeze(): void {
    this.#process?.signal("SIGSTOP");
  }

  /** SIGCONT: it goes on, and answers what came meanwhile. */
  thaw(): void {
    this.#process?.signal("SIGCONT");
  }

  /** Follows another server, and waits until it has all of that one's data. */
  async replicate(primary: RedisServer): Promise<void> {
    await this.command("REPLICAOF", primary.host, `${primary.port}`);
    for (const deadline = performance.now() + 15_000; performance.now() < deadline; ) {
      if (/master_link_status:up/.test(String(await this.command("INFO", "replication")))) return;
      await sleep(20);
    }
    throw new Error("The replica did not come into step with its primary.");
  }

  /** Makes a replica a primary, with what it has by now. */
  async promote(): Promise<void> {
    await this.command("REPLICAOF", "NO", "ONE");
  }

  /** Sends one command on a connection of its own. Replies as node-redis gives them. */
  async command(...args: readonly string[]): Promise<unknown> {
    const socket = { reconnectStrategy: false, connectTimeout: 10_000 } as const;
    const client = redisClient({ url: this.url, socket }, 2);
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.sendCommand([...args]);
    } finally {
      if (client.isOpen) client.destroy();
    }
  }

  /** Ends the server and deletes what it has written. May be repeated. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Whether it is the one that answers, and not somebody who has taken the port; with all its data. */
  async #answers(): Promise<boolean> {
    try {
      const info = String(await this.command("INFO"));
      return info.includes(`process_id:${this.pid}\r\n`) && info.includes("loading:0\r\n");
    } catch {
      return false;
    }
  }
}
