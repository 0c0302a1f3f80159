import { type RedisServer, startRedis } from "../../support/redis-server.js";
import { TcpProxy } from "../../support/tcp-proxy.js";
import type { Chance } from "./chance.js";

/** What can happen to Redis, or on the way to it. */
export const FAULTS = [
  "freeze",
  "restart",
  "flush",
  "failOver",
  "delay",
  "hold",
  "hold",
  "cut",
  "trim",
  "moveClock",
] as const;
export type Fault = (typeof FAULTS)[number];

/** Those after which Redis may lack what it had. */
const LOSSES: readonly Fault[] = ["restart", "flush", "failOver"];

/** How long after a revocation was confirmed every instance has to know it, or to refuse all. */
export const GRACE_MS = 1_000;

function release(proxy: TcpProxy): void {
  proxy.delayMs = 0;
  proxy.cut();
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Trims what the group has acted on, and nothing if there is anything that it has not. */
const TRIM = `
for _, flat in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = {}
  for at = 1, #flat, 2 do group[flat[at]] = flat[at + 1] end
  if group['pending'] == 0 and group['lag'] == 0 then redis.call('XTRIM', KEYS[1], 'MAXLEN', ARGV[1]) end
end`;

/** A primary with a server that follows it, and a way of its own for each who connects. */
export class TrialServers {
  readonly proxies: readonly TcpProxy[];
  #primary: RedisServer;
  #follower: RedisServer | undefined;
  readonly #timers: NodeJS.Timeout[] = [];
  #timeShift = 0;
  readonly #now = Date.now;

  private constructor(primary: RedisServer, follower: RedisServer, proxies: readonly TcpProxy[]) {
    this.#primary = primary;
    this.#follower = follower;
    this.proxies = proxies;
  }

  static async start(persistent: boolean, ways: number): Promise<TrialServers> {
    const [primary, follower] = await Promise.all([startRedis({ persistent }), startRedis()]);
    await follower.replicate(primary);
    const all = Array.from({ length: ways }, () => TcpProxy.start(primary));
    return new TrialServers(primary, follower, await Promise.all(all));
  }

  get primary(): RedisServer {
    return this.#primary;
  }

  /** @returns whether Redis may have lost something. */
  async suffer(fault: Fault, chance: Chance, stream: string): Promise<boolean> {
    const proxy = chance.pick(this.proxies);
    const [ms, keep] = [20 + chance.below(1_500), chance.below(4)];
    switch (fault) {
      case "freeze":
        this.#primary.freeze();
        await sleep(ms);
        this.#primary.thaw();
        break;
      case "restart":
        await this.#primary.kill();
        await sleep(ms / 4);
        await this.#primary.start();
        break;
      case "flush":
        await this.#primary.command("FLUSHALL");
        break;
      case "failOver":
        return this.#failOver(ms / 4);
      case "delay":
        proxy.delayMs = ms / 2;
        break;
      case "hold":
        // Nothing gets through, for longer than an instance may answer: other faults come meanwhile.
        proxy.delayMs = 60_000;
        this.#timers.push(setTimeout(() => release(proxy), GRACE_MS + ms));
        break;
      case "cut":
        proxy.cut();
        break;
      case "trim":
        await this.#primary.command("EVAL", TRIM, "1", stream, `${keep}`).catch(() => {});
        break;
      case "moveClock":
        this.#timeShift += (chance.below(3) - 1) * 3_600_000;
        Date.now = () => this.#now() + this.#timeShift;
        break;
    }
    return LOSSES.includes(fault);
  }

  /** All ways are open again, and lead to the primary. */
  release(): void {
    for (const proxy of this.proxies) release(proxy);
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    Date.now = this.#now;
    for (const proxy of this.proxies) await proxy.stop();
    await this.#primary.stop();
    await this.#follower?.stop();
  }

  /** For a while, what is written reaches the primary alone; then that is gone. */
  async #failOver(behindMs: number): Promise<boolean> {
    const follower = this.#follower;
    if (follower === undefined) return false;
    await follower.command("REPLICAOF", "127.0.0.1", "1");
    await sleep(behindMs);
    await this.#primary.stop();
    await follower.promote();
    this.#primary = follower;
    this.#follower = undefined;
    for (const proxy of this.proxies) {
      proxy.target = follower;
      proxy.cut();
    }
    return true;
  }
}
