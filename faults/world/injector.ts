import { setTimeout as sleep } from "node:timers/promises";
import type { Link } from "../../packages/revocation-redis/test/support/link.js";
import type { Loss } from "../history/history.js";
import type { Fault, Hit } from "../plan/fault.js";
import type { Instance } from "./instance.js";
import type { Line } from "./kill-switch.js";
import { moveOwnClock } from "./own-clock.js";
import type { World } from "./world.js";

/** How long a crash point is waited for that may not come. */
const CRASH_WITHIN_MS = 1_500;
/** How long is waited for what will come, however busy the machine is. */
export const MOST_DELAY_MS = 30_000;
const LOOK_EVERY_MS = 200;

/** Brings about faults in a world, and lifts them again. */
export class Injector {
  readonly #world: World;
  readonly #isShown: () => boolean;
  #servers: Promise<void> = Promise.resolve();

  /** @param isShown - whether there is to be seen what a fault is for: else it lasts, or comes again. */
  constructor(world: World, isShown: () => boolean = () => true) {
    this.#world = world;
    this.#isShown = isShown;
  }

  /** Resolves when the fault is over. What concerns Redis itself comes one after the other. */
  inject(fault: Fault): Promise<void> {
    switch (fault.kind) {
      case "slow":
        return this.#impair(fault, (link) => {
          link.delayMs = fault.delayMs;
        });
      case "silence":
        return this.#impair(fault, (link) => link.silence());
      case "cut":
        return this.#impair({ ...fault, ms: 0 }, (link) => link.cutAfter(fault.afterBytes), false);
      case "crash":
        return this.#crash(fault);
      case "clock":
        return this.#moveClock(fault);
      default: {
        const done = this.#servers.then(() => this.#hitRedis(fault));
        this.#servers = done.catch(() => {});
        return done;
      }
    }
  }

  async #hitRedis(
    fault: Extract<
      Fault,
      { kind: "restart" | "freeze" | "flush" | "memory" | "failover" | "trim" }
    >,
  ): Promise<void> {
    const { servers, producer } = this.#world;
    switch (fault.kind) {
      case "restart":
        return this.#losing(servers.persistent ? undefined : "emptied", () =>
          servers.restart(() => sleep(fault.downMs)),
        );
      case "freeze":
        servers.primary.freeze();
        await this.#last(fault.ms);
        return servers.primary.thaw();
      case "flush":
        return this.#untilShown(() =>
          this.#losing("emptied", () => servers.primary.command(...fault.command)),
        );
      case "memory":
        await this.#takeMemory(fault.burst);
        await this.#last(fault.ms);
        await servers.primary.command("CONFIG", "SET", "maxmemory", "0");
        return;
      case "trim":
        return this.#losing("trimmed", () => producer.publishAndTrim(fault.burst, fault.keep));
      case "failover":
        return this.#failOver(fault);
    }
  }

  async #takeMemory(burst: number | undefined): Promise<void> {
    const { servers, producer } = this.#world;
    const take = ["CONFIG", "SET", "maxmemory", "1"];
    if (burst === undefined) await servers.primary.command(...take);
    else await producer.publishAnd(burst, [take], MOST_DELAY_MS);
  }

  async #losing(kind: Loss["kind"] | undefined, cause: () => Promise<unknown>): Promise<void> {
    const from = performance.now();
    // From its beginning on: the rules may be asked before its end.
    const loss = { kind: kind ?? "emptied", from, to: Number.POSITIVE_INFINITY };
    if (kind !== undefined) this.#world.recorder.losses.push(loss);
    await cause();
    loss.to = performance.now();
  }

  async #failOver(fault: Extract<Fault, { kind: "failover" }>): Promise<void> {
    const { servers, producer, recorder, instances } = this.#world;
    const safeBefore = performance.now();
    const isReplicated = await servers.untilReplicated();
    servers.replication?.silence();
    const from = isReplicated ? safeBefore : Number.NEGATIVE_INFINITY;
    const loss: { -readonly [Key in keyof Loss]: Loss[Key] } = {
      kind: "behind",
      from,
      safeBefore: from,
      to: Number.POSITIVE_INFINITY,
    };
    recorder.losses.push(loss);
    await sleep(fault.lagMs);
    if (fault.old === "killed") await servers.primary.kill();
    const old = await servers.promote();
    this.#world.server = servers.primary;
    producer.moveTo(servers.primary);
    const demoting = sleep(fault.gapMs).then(async () => {
      if (fault.old === "killed") return;
      const { host, port } = servers.primary;
      await old.command("REPLICAOF", host, `${port}`);
    });
    await Promise.all([
      demoting,
      ...instances.map(async (instance, at) => {
        await sleep(fault.repointMs[at]);
        for (const link of Object.values(instance.links)) {
          link.target = servers.primary;
          link.cut();
        }
      }),
    ]);
    loss.to = performance.now();
  }

  async #impair(
    { hit, lines, ms }: { readonly hit: Hit; readonly lines: readonly Line[]; readonly ms: number },
    begin: (link: Link) => void,
    lasts = true,
  ): Promise<void> {
    const { recorder } = this.#world;
    const hits = this.#hit(hit);
    const links = hits.flatMap((instance) => lines.map((line) => instance.links[line]));
    const times = hits.map(({ name }) => {
      const time = { instance: name, from: performance.now(), to: Number.POSITIVE_INFINITY };
      recorder.impairments.push(time);
      return time;
    });
    for (const link of links) begin(link);
    await this.#last(ms);
    if (lasts) for (const link of links) link.restore();
    // Whoever was cut off connects again after a second at most.
    for (const time of times) time.to = performance.now() + 1_500;
  }

  async #crash({
    instance: at,
    point,
    restartMs,
  }: Extract<Fault, { kind: "crash" }>): Promise<void> {
    const instance = this.#world.instances[at];
    if (instance === undefined || instance.isDead) return;
    instance.killSwitch.arm(point);
    const withinMs = point.sinceGiven === true ? MOST_DELAY_MS : CRASH_WITHIN_MS;
    for (const end = performance.now() + withinMs; !instance.isDead; await sleep(5)) {
      if (performance.now() > end) instance.killSwitch.kill();
    }
    await sleep(restartMs);
    await this.#world.replace(instance);
  }

  async #moveClock({ of, bySeconds, ms }: Extract<Fault, { kind: "clock" }>): Promise<void> {
    const { clock } = this.#world.servers;
    if (of === "instances" || clock === undefined) {
      const moveBack = moveOwnClock(bySeconds);
      await sleep(ms);
      return moveBack();
    }
    clock.move(bySeconds);
    await sleep(ms);
    clock.move(0);
  }

  async #last(ms: number): Promise<void> {
    await sleep(ms);
    await this.#untilShown(async () => {});
  }

  /** Does something, and again until there is to be seen what it is for. */
  async #untilShown(action: () => Promise<void>): Promise<void> {
    const end = performance.now() + MOST_DELAY_MS;
    for (await action(); !this.#isShown() && performance.now() < end; await action()) {
      await sleep(LOOK_EVERY_MS);
    }
  }

  #hit(hit: Hit): readonly Instance[] {
    const { instances } = this.#world;
    return hit === "all" ? instances : instances.filter((_, at) => at === hit);
  }
}
