import { setTimeout as sleep } from "node:timers/promises";
import { signEvent } from "@caracalai/revocation-redis";
import { KEY } from "../../packages/revocation-redis/test/support/events.js";
import type { Address } from "../../packages/revocation-redis/test/support/link.js";
import { redisClient } from "../../packages/revocation-redis/test/support/redis-client.js";
import type { Recorder } from "./recorder.js";
import type { Target } from "./targets.js";

const DEADLINE_MS = 1_000;

/** Publishes events as Caracal does. It reaches Redis past all links: only Redis is in its way. */
export class Producer {
  readonly #recorder: Recorder;
  readonly #targets: readonly Target[];
  #client: ReturnType<typeof connect>;
  #isStopped = false;
  #next = 0;

  constructor(server: Address, targets: readonly Target[], recorder: Recorder) {
    this.#client = connect(server);
    this.#targets = targets;
    this.#recorder = recorder;
  }

  /** From now on, events go to another server. */
  moveTo(server: Address): void {
    this.#client.destroy();
    this.#client = connect(server);
  }

  /** Publishes one event after the other, until it is stopped. */
  async run(pausesMs: readonly number[]): Promise<void> {
    for (let turn = 0; !this.#isStopped; turn += 1) {
      void this.publish();
      await sleep(pausesMs[turn % pausesMs.length]);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  end(): void {
    this.stop();
    this.#client.destroy();
  }

  /** Revokes the next target. An event that is not acknowledged in time is not sent again. */
  async publish(): Promise<void> {
    const target = this.#take();
    if (target === undefined) return;
    await this.#record([target], () => this.#client.sendCommand(commandFor(target)));
  }

  /** Revokes targets and trims the streams, in one step. */
  publishAndTrim(burst: number, keep: number): Promise<void> {
    const streams = new Set(this.#targets.map((target) => target.stream));
    const trims = [...streams].map((stream) => ["XTRIM", stream, "MAXLEN", `${keep}`]);
    return this.publishAnd(burst, trims);
  }

  /** Revokes targets, with other commands behind, in one step. */
  async publishAnd(
    burst: number,
    commands: readonly (readonly string[])[],
    deadlineMs: number = DEADLINE_MS,
  ): Promise<void> {
    const targets = Array.from({ length: burst }, () => this.#take()).filter(
      (it) => it !== undefined,
    );
    const send = async (): Promise<void> => {
      const step = this.#client.multi();
      for (const target of targets) step.addCommand(commandFor(target));
      for (const command of commands) step.addCommand([...command]);
      await step.exec();
    };
    await this.#record(targets, send, deadlineMs);
  }

  #take(): Target | undefined {
    const target = this.#targets[this.#next];
    this.#next += 1;
    return target;
  }

  async #record(
    targets: readonly Target[],
    send: () => Promise<unknown>,
    deadlineMs: number = DEADLINE_MS,
  ): Promise<void> {
    const revocations = targets.map(({ id }) => ({ target: id, attemptedAt: performance.now() }));
    this.#recorder.revocations.push(...revocations);
    const sending = send();
    const late = sleep(deadlineMs, "late" as const);
    // It may have been executed all the same: nothing is claimed about it then.
    const outcome = await Promise.race([sending, late]).catch(() => "late" as const);
    if (outcome === "late") return;
    for (const revocation of revocations) {
      Object.assign(revocation, { acknowledgedAt: performance.now() });
    }
  }
}

function connect({ host, port }: Address) {
  const socket = { host, port, connectTimeout: 500, reconnectStrategy: 30 };
  const client = redisClient({ disableOfflineQueue: true, socket }).on("error", () => {});
  client.connect().catch(() => {});
  return client;
}

function commandFor({ stream, fields }: Target): string[] {
  const signature = signEvent(stream, fields, KEY);
  const pairs = Object.entries({ ...fields, _sig: signature }).flat();
  return ["XADD", stream, "MAXLEN", "~", "100000", "*", ...pairs];
}
