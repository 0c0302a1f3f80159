import type { Address } from "../../packages/revocation-redis/test/support/link.js";
import type { InstancePlan, Plan } from "../plan/plan.js";
import type { Variation } from "../variants/variation.js";
import { NEVER_REVOKED } from "./checker.js";
import { Instance } from "./instance.js";
import { Producer } from "./producer.js";
import type { Recorder } from "./recorder.js";
import { Servers } from "./servers.js";
import type { Targets } from "./targets.js";

/** Redis, a producer and some instances, as a plan says. */
export class World {
  readonly servers: Servers;
  readonly producer: Producer;
  readonly recorder: Recorder;
  readonly instances: Instance[] = [];
  /** Where new instances connect to. */
  server: Address;
  readonly #plan: Plan;
  readonly #targets: Targets;
  readonly #variation: Variation;
  readonly #dead: Instance[] = [];

  private constructor(
    plan: Plan,
    servers: Servers,
    targets: Targets,
    recorder: Recorder,
    variation: Variation,
  ) {
    this.#plan = plan;
    this.servers = servers;
    this.server = servers.primary;
    this.#targets = targets;
    this.recorder = recorder;
    this.#variation = variation;
    this.producer = new Producer(servers.primary, targets.all.slice(0, -NEVER_REVOKED), recorder);
  }

  static async create(
    plan: Plan,
    targets: Targets,
    recorder: Recorder,
    variation: Variation,
  ): Promise<World> {
    const hasClock = plan.faults.some(({ fault }) => fault.kind === "clock");
    const servers = await Servers.start({ ...plan, hasClock });
    const world = new World(plan, servers, targets, recorder, variation);
    for (const at of plan.instances.keys()) await world.#start(at, true);
    return world;
  }

  /** Starts another instance in the place of one that has died, once. */
  async replace(dead: Instance): Promise<void> {
    const at = this.instances.indexOf(dead);
    if (at === -1 || this.#dead.includes(dead)) return;
    this.#dead.push(dead);
    await this.#start(at, false);
  }

  async stop(): Promise<void> {
    this.producer.end();
    await Promise.all([...this.instances, ...this.#dead].map((instance) => instance.stop()));
    await this.servers.stop();
  }

  async #start(at: number, isFirst: boolean): Promise<void> {
    const plan = this.#plan.instances[at] as InstancePlan;
    const { recorder } = this;
    const setting = {
      name: `${plan.kind} ${at}${isFirst ? "" : ` (${this.#dead.length + 1})`}`,
      server: this.server,
      targets: this.#targets,
      recorder,
      variation: this.#variation,
      isFirst,
    };
    this.instances[at] = await Instance.start(setting, plan);
  }
}
