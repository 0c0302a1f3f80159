import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Link } from "../../packages/revocation-redis/test/support/link.js";
import { RedisServer } from "../../packages/revocation-redis/test/support/redis-server.js";
import { freePort } from "../../tools/test-support/free-port.js";
import { clockLibrary, createServerClock, type ServerClock } from "./server-clock.js";

/** Which servers a trial has. */
export interface ServerSetting {
  readonly persistent: boolean;
  readonly hasReplica: boolean;
  readonly hasClock: boolean;
}

// Nothing is compiled into the place of C sources: both from here and from `dist` it is the same file.
const CLOCK = fileURLToPath(import.meta.url).replace(
  /faults\/(dist\/faults\/)?world\/.*/,
  "faults/clock/moved-clock.c",
);

/** The Redis of one trial, and the replica that may follow it by a link of its own. */
export class Servers {
  /** Where events and instances belong. */
  primary: RedisServer;
  readonly #persistent: boolean;
  readonly #all: RedisServer[];
  readonly clock: ServerClock | undefined;
  #follower: { readonly server: RedisServer; readonly link: Link } | undefined;

  private constructor(primary: RedisServer, persistent: boolean, clock: ServerClock | undefined) {
    this.primary = primary;
    this.#persistent = persistent;
    this.#all = [primary];
    this.clock = clock;
  }

  static async start({ persistent, hasReplica, hasClock }: ServerSetting): Promise<Servers> {
    const library = hasClock ? clockLibrary(CLOCK) : undefined;
    const clock = library === undefined ? undefined : createServerClock(library);
    const servers = new Servers(await createServer(persistent), persistent, clock);
    await servers.#run(servers.primary);
    if (hasReplica) await servers.#follow();
    return servers;
  }

  /** Whether a restart leaves everything in place. */
  get persistent(): boolean {
    return this.#persistent;
  }

  /** What replication goes through, where there is a replica. */
  get replication(): Link | undefined {
    return this.#follower?.link;
  }

  async restart(downMs: () => Promise<unknown>): Promise<void> {
    await this.primary.kill();
    await downMs();
    await this.#run(this.primary);
  }

  /** Resolves when the replica has everything that was acknowledged before; where it does in time. */
  async untilReplicated(): Promise<boolean> {
    const client = this.primary;
    await client.command("SET", "faults:mark", `${performance.now()}`);
    for (let turn = 0; turn < 100; turn += 1) {
      const [own, replica] = [await offsetOf(client), await offsetOf(this.#replica())];
      if (replica >= own) return true;
    }
    return false;
  }

  /** Makes the replica the primary, with what it has. @returns the old one */
  async promote(): Promise<RedisServer> {
    const old = this.primary;
    this.primary = this.#replica();
    await this.primary.promote();
    return old;
  }

  async stop(): Promise<void> {
    for (const server of this.#all) {
      server.thaw();
      await server.stop();
    }
    await this.#follower?.link.stop();
    this.clock?.remove();
  }

  async #follow(): Promise<void> {
    const server = await createServer(this.#persistent);
    this.#all.push(server);
    await this.#run(server);
    const link = await Link.start(this.primary);
    this.#follower = { server, link };
    await server.replicate({ host: link.host, port: link.port } as RedisServer);
  }

  #replica(): RedisServer {
    if (this.#follower === undefined) throw new Error("There is no replica in this trial.");
    return this.#follower.server;
  }

  /** A server takes over the environment when it is started. */
  async #run(server: RedisServer): Promise<void> {
    const saved = { ...process.env };
    Object.assign(process.env, this.clock?.environment);
    const starting = server.start();
    for (const name of Object.keys(this.clock?.environment ?? {})) {
      if (saved[name] === undefined) delete process.env[name];
      else process.env[name] = saved[name];
    }
    await starting;
  }
}

async function createServer(persistent: boolean): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), "redis-"));
  return new RedisServer(folder, await freePort(), { persistent });
}

async function offsetOf(server: RedisServer): Promise<number> {
  const info = String(await server.command("INFO", "replication"));
  const [, offset] = /master_repl_offset:(\d+)/.exec(info) ?? [];
  return Number(offset);
}
