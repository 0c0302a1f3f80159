import { setTimeout as sleep } from "node:timers/promises";
import { oneOf, SeededChoices } from "../../fuzz/support/choices.js";
import type { Verdict } from "../history/history.js";
import type { Instance } from "./instance.js";
import type { Recorder } from "./recorder.js";
import type { Target } from "./targets.js";

/** How many of the targets nobody ever revokes: they have to be let in. */
export const NEVER_REVOKED = 6;

const ROUND_MS = 12;
/** Questions about revocations that are older than the bound: about those, answers count most. */
const OLD = 3;
const OLD_MS = 1_000;

/** Has mandates judged by all instances, again and again: revoked ones, new ones, and others. */
export class Checker {
  readonly #targets: readonly Target[];
  readonly #recorder: Recorder;
  readonly #choices: SeededChoices;
  readonly #inOrder = new Set<string>();
  #isStopped = false;

  constructor(targets: readonly Target[], recorder: Recorder, seed: number) {
    this.#targets = targets;
    this.#recorder = recorder;
    this.#choices = new SeededChoices(seed, -1);
  }

  async run(instances: () => readonly Instance[]): Promise<void> {
    while (!this.#isStopped) {
      for (const instance of instances()) {
        if (!instance.isDead) for (const target of this.#some()) void instance.ask(target);
      }
      await sleep(ROUND_MS);
    }
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Has everything judged by all instances whose last answer was not yet what it has to be. */
  async askAll(instances: readonly Instance[]): Promise<void> {
    const known = this.#recorder.revocations.map(({ target }) => this.#targets[target]);
    const revoked = known.filter((target) => target !== undefined);
    const others = this.#targets.slice(-NEVER_REVOKED);
    for (const instance of instances) {
      for (const target of revoked) await this.#askUntil("refused", target, instance);
      for (const target of others) await this.#askUntil("accepted", target, instance);
    }
  }

  /** One after the other: a Redis that is asked everything at once may answer too late. */
  async #askUntil(verdict: Verdict, target: Target, instance: Instance): Promise<void> {
    const key = `${instance.name} ${target.id}`;
    if (this.#inOrder.has(key)) return;
    if ((await instance.ask(target))?.verdict === verdict) this.#inOrder.add(key);
  }

  #some(): readonly Target[] {
    const { revocations } = this.#recorder;
    const oldest = performance.now() - OLD_MS;
    const young = revocations.findIndex(({ attemptedAt }) => attemptedAt > oldest);
    const old = young === -1 ? revocations : revocations.slice(0, young);
    // The latest of them are those that a fault may have kept back.
    const latest = old.slice(-12);
    const asked = [
      ...Array.from({ length: OLD }, (_, at) => (at === 0 ? old : latest)),
      revocations,
    ]
      .filter((from) => from.length > 0)
      .map((from) => this.#targets[oneOf(this.#choices, from).target]);
    return [...asked, oneOf(this.#choices, this.#targets.slice(-NEVER_REVOKED))].filter(
      (it) => it !== undefined,
    );
  }
}
