import type {
  Answer,
  FinalState,
  History,
  Impairment,
  InstanceLife,
  Knowledge,
  Loss,
  Revocation,
  Stall,
} from "../history/history.js";

type Open<T> = { -readonly [Key in keyof T]: T[Key] };

/** Takes down what is seen in a trial. */
export class Recorder {
  readonly instances: Open<InstanceLife>[] = [];
  readonly revocations: Open<Revocation>[] = [];
  readonly answers: Answer[] = [];
  readonly knowledge: Knowledge[] = [];
  readonly losses: Loss[] = [];
  readonly impairments: Impairment[] = [];
  readonly stalls: Stall[] = [];
  healedAt: number = Number.POSITIVE_INFINITY;

  /** What was seen so far: later events change nothing in it. */
  history(final: readonly FinalState[]): History {
    return {
      instances: this.instances.map((life) => ({ ...life })),
      revocations: this.revocations.map((revocation) => ({ ...revocation })),
      answers: [...this.answers],
      knowledge: [...this.knowledge],
      losses: this.losses.map((loss) => ({ ...loss })),
      impairments: this.impairments.map((time) => ({ ...time })),
      stalls: [...this.stalls],
      healedAt: this.healedAt,
      endedAt: performance.now(),
      final,
    };
  }

  know(kind: Knowledge["kind"], instance: string, target: number | undefined): void {
    if (target === undefined) return;
    this.knowledge.push({ kind, instance, target, at: performance.now() });
  }

  /** Whether an event's XADD was answered, and no consumer was given it before. */
  isUnread(target: number): boolean {
    const revocation = this.revocations.find((each) => each.target === target);
    const isKnown = this.knowledge.some((each) => each.kind === "read" && each.target === target);
    return revocation?.acknowledgedAt !== undefined && !isKnown;
  }

  /** Notes times in which nothing ran, until the returned function is called. */
  watchStalls(): () => void {
    let last = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      const ms = now - last - TICK_MS;
      if (ms > TICK_MS) this.stalls.push({ at: last, ms });
      last = now;
    }, TICK_MS);
    return () => clearInterval(timer);
  }
}

const TICK_MS = 25;
