import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { RedisRevocationConsumer, RedisRevocationStore } from "@caracalai/revocation-redis";
import { type Connected, connectNodeRedis } from "../../support/clients.js";
import { KEY, REVOCATIONS, revoke } from "../../support/events.js";
import { eventually } from "../../support/eventually.js";
import { Chance } from "./chance.js";
import { type RunningReplica, startReplica } from "./start-replica.js";
import { FAULTS, GRACE_MS, TrialServers } from "./trial-servers.js";

const LASTS_MS = 3_500;
const REPLICAS = 2;

const OPTIONS = { maxStalenessMs: GRACE_MS, settleMs: 1_000, commandTimeoutMs: 400 };

/** Whether an instance lets a mandate in that names the anchor. */
export type Admits = (running: RunningReplica, anchor: string) => boolean;

/** As the verifier does: what is not answered is refused. */
export const admits: Admits = ({ replica }, anchor) => {
  try {
    return !replica.isRevoked(anchor);
  } catch {
    return false;
  }
};

/** One revocation that Redis has confirmed. */
interface Revocation {
  readonly anchor: string;
  /** From when on each replica has to refuse it; infinite while Redis has lost it. */
  readonly dueAt: number[];
}

/** What came of a trial. */
export interface TrialResult {
  readonly faults: readonly string[];
  readonly revoked: number;
  /** Confirmed by Redis, and lost by it before any replica had read it. */
  readonly lostByRedis: number;
  /** Mandates let in that were revoked more than a second before. */
  readonly wronglyAdmitted: readonly string[];
  /** Revocations that an instance does not know in the end. */
  readonly forgotten: readonly string[];
  /** How often a replica was asked while it was ready. */
  readonly answered: number;
}

/** Revocations and faults in a random order, on real servers, watched from two instances. */
export async function runTrial(seed: number, isAdmitted: Admits): Promise<TrialResult> {
  const trial = await Trial.start(seed);
  try {
    return await trial.run(isAdmitted);
  } finally {
    await trial.stop();
  }
}

class Trial {
  // Of their own, so that neither takes the numbers of the other: how far each gets depends on time.
  readonly #faultChance: Chance;
  readonly #revokeChance: Chance;
  readonly #servers: TrialServers;
  readonly #replicas: readonly RunningReplica[];
  readonly #consumer: RedisRevocationConsumer;
  readonly #connected: Connected;
  readonly #revocations: Revocation[] = [];
  readonly #faults: string[] = [];
  #lostByRedis = 0;
  #answered = 0;

  private constructor(
    seed: number,
    servers: TrialServers,
    replicas: readonly RunningReplica[],
    connected: Connected,
  ) {
    this.#faultChance = new Chance(seed);
    this.#revokeChance = new Chance(-seed);
    this.#servers = servers;
    this.#replicas = replicas;
    this.#connected = connected;
    const store = new RedisRevocationStore({ redis: connected.redis });
    const options = { redis: connected.redis, store, signatureKeys: [KEY], commandTimeoutMs: 400 };
    this.#consumer = new RedisRevocationConsumer(options);
  }

  static async start(seed: number): Promise<Trial> {
    const servers = await TrialServers.start(seed % 2 === 0, REPLICAS + 1);
    const [own, ...others] = servers.proxies;
    if (own === undefined) throw new Error("There is a way for the consumer.");
    const replicas = await Promise.all(others.map((proxy) => startReplica(proxy, OPTIONS)));
    const connected = await connectNodeRedis(own);
    const trial = new Trial(seed, servers, replicas, connected);
    await trial.#consumer.start();
    return trial;
  }

  async run(isAdmitted: Admits): Promise<TrialResult> {
    const end = performance.now() + LASTS_MS;
    const isOver = (): boolean => performance.now() > end;
    const wronglyAdmitted = new Set<string>();
    let stop = false;
    const watching = this.#watch(() => stop, isAdmitted, wronglyAdmitted);
    await Promise.all([this.#revoke(isOver), this.#suffer(isOver)]);
    await this.#settle();
    stop = true;
    await watching;
    return {
      faults: this.#faults,
      revoked: this.#revocations.length,
      lostByRedis: this.#lostByRedis,
      wronglyAdmitted: [...wronglyAdmitted],
      forgotten: await this.#forgotten(isAdmitted),
      answered: this.#answered,
    };
  }

  async stop(): Promise<void> {
    await this.#consumer.stop();
    this.#connected.end();
    for (const running of this.#replicas) await running.stop();
    await this.#servers.stop();
  }

  async #revoke(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const anchor = randomUUID();
      try {
        await revoke(this.#servers.primary, anchor);
        const dueAt = performance.now() + GRACE_MS;
        this.#revocations.push({ anchor, dueAt: this.#replicas.map(() => dueAt) });
      } catch {
        // Redis is away: nothing was confirmed.
      }
      await sleep(this.#revokeChance.below(60));
    }
  }

  async #suffer(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await sleep(this.#faultChance.below(600));
      const fault = this.#faultChance.pick(FAULTS);
      this.#faults.push(fault);
      if (await this.#servers.suffer(fault, this.#faultChance, REVOCATIONS))
        await this.#noteLosses();
    }
  }

  /** What Redis has lost, a replica that had not read it can know only when it is there again. */
  async #noteLosses(): Promise<void> {
    const before = [...this.#revocations];
    const isHeld = await this.#heldByRedis();
    for (const revocation of before) {
      if (isHeld(revocation.anchor)) continue;
      const knows = this.#replicas.map(({ heard }) => heard.includes(revocation.anchor));
      if (!knows.includes(true)) {
        this.#revocations.splice(this.#revocations.indexOf(revocation), 1);
        this.#lostByRedis += 1;
      }
      for (const [index, known] of knows.entries()) {
        if (!known) revocation.dueAt[index] = Number.POSITIVE_INFINITY;
      }
    }
  }

  /** What is in a key or in the stream. */
  async #heldByRedis(): Promise<(anchor: string) => boolean> {
    const { primary } = this.#servers;
    const keys = String(await primary.command("KEYS", "caracal:revoked:sessions:*"));
    const entries = String(await primary.command("XRANGE", REVOCATIONS, "-", "+"));
    return (anchor) => keys.includes(anchor) || entries.includes(anchor);
  }

  async #watch(
    isOver: () => boolean,
    isAdmitted: Admits,
    wronglyAdmitted: Set<string>,
  ): Promise<void> {
    for (; !isOver(); await sleep(10)) {
      for (const [index, running] of this.#replicas.entries()) {
        if (running.replica.ready) this.#answered += 1;
        for (const { anchor, dueAt } of this.#revocations) {
          const isDue = performance.now() > (dueAt[index] as number);
          if (isDue && isAdmitted(running, anchor)) wronglyAdmitted.add(`${index}: ${anchor}`);
        }
      }
    }
  }

  /** Until nothing is under way any more, and all know what any of them has written again. */
  async #settle(): Promise<void> {
    this.#servers.release();
    await eventually(
      () => this.#replicas.every(({ replica }) => replica.ready),
      `all replicas are ready after ${this.#faults}`,
      30_000,
    );
    // A carried-over revocation is told of by a marker, which makes the others begin anew.
    await sleep(2 * GRACE_MS);
    await eventually(
      () => this.#replicas.every(({ replica }) => replica.ready),
      `all replicas are ready again after ${this.#faults}`,
      30_000,
    );
  }

  /** Of the two replicas, and of one that starts now. */
  async #forgotten(isAdmitted: Admits): Promise<string[]> {
    const [, way] = this.#servers.proxies;
    if (way === undefined) throw new Error("There is a way for each replica.");
    const newcomer = await startReplica(way, OPTIONS);
    const all = [...this.#replicas, newcomer];
    const forgotten = this.#revocations.flatMap(({ anchor }) =>
      all.flatMap((running, index) => (isAdmitted(running, anchor) ? [`${index}: ${anchor}`] : [])),
    );
    await newcomer.stop();
    return forgotten;
  }
}
