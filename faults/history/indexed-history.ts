import type { Answer, History, InstanceLife, Knowledge, Loss, Revocation } from "./history.js";

/** Who was stalled for longer, all in all, may have come too late. */
const MOST_STALLED_MS = 500;

/** A history, and what the rules look up in it again and again. */
export class IndexedHistory {
  readonly history: History;
  readonly #instances: ReadonlyMap<string, InstanceLife>;
  readonly #revocations: ReadonlyMap<number, Revocation>;
  readonly #knowledge: ReadonlyMap<number, readonly Knowledge[]>;

  constructor(history: History) {
    this.history = history;
    this.#instances = new Map(history.instances.map((life) => [life.name, life]));
    this.#revocations = new Map(history.revocations.map((event) => [event.target, event]));
    const knowledge = new Map<number, Knowledge[]>();
    for (const known of history.knowledge) {
      knowledge.set(known.target, [...(knowledge.get(known.target) ?? []), known]);
    }
    this.#knowledge = knowledge;
  }

  instance(name: string): InstanceLife {
    const life = this.#instances.get(name);
    if (life === undefined) throw new Error(`There is no instance ${name} in this history.`);
    return life;
  }

  revocation(target: number): Revocation | undefined {
    return this.#revocations.get(target);
  }

  /** Who knew of a revocation, in this way and before a time. */
  knowing(kind: Knowledge["kind"], target: number, before: number): readonly InstanceLife[] {
    const all = this.#knowledge.get(target) ?? [];
    return all
      .filter((known) => known.kind === kind && known.at < before)
      .map(({ instance }) => this.instance(instance));
  }

  /** The losses, begun before a time, by which Redis may have lost a revocation. */
  lossesOf(revocation: Revocation, before: number): readonly Loss[] {
    return this.history.losses.filter(
      (loss) => loss.from < before && this.#mayBeLostBy(loss, revocation),
    );
  }

  /** When `ms` milliseconds have passed since a time, those in which nothing ran not counted. */
  deadline(since: number, ms: number): number {
    let end = since + ms;
    for (const stall of this.history.stalls) {
      if (stall.at + stall.ms > since && stall.at < end) end += stall.ms;
    }
    return end;
  }

  /** Whether an instance could do its work between two times: reach Redis, and run. */
  isUnimpaired(instance: string, from: number, to: number): boolean {
    const { impairments, stalls } = this.history;
    const stalledMs = stalls
      .filter(({ at, ms }) => at < to && at + ms > from)
      .reduce((sum, { ms }) => sum + ms, 0);
    return (
      stalledMs <= MOST_STALLED_MS &&
      impairments.every((time) => time.instance !== instance || time.to < from || time.from > to)
    );
  }

  /**
   * Whether a replica rightly goes on answering nothing: Redis was emptied when no replica that lives had
   * been ready before, so that none knows what it held. Such a Redis is watched for as long as a mandate
   * lives.
   */
  mayLackHistory(instance: string): boolean {
    const { answers, final, losses } = this.history;
    const lacksHistory = final.some((state) => state.instance === instance && state.lacksHistory);
    const knewAt = (time: number): boolean =>
      answers.some(({ instance: name, askedAt, readyBefore, readyAfter }) => {
        const { kind, diedAt } = this.instance(name);
        const isReady = readyBefore || readyAfter;
        return isReady && askedAt < time && kind === "replica" && diedAt === undefined;
      });
    const lacksEvents = final.some((state) => state.instance === instance && state.lacksEvents);
    if (lacksEvents && losses.some(({ kind }) => kind === "trimmed")) return true;
    return lacksHistory && losses.some(({ kind, from }) => kind === "emptied" && !knewAt(from));
  }

  /** The last answer of each living instance about each target that it was asked about. */
  lastAnswers(): readonly Answer[] {
    const last = new Map<string, Answer>();
    for (const answer of this.history.answers) {
      if (this.instance(answer.instance).diedAt !== undefined) continue;
      const key = `${answer.instance} ${answer.target}`;
      const known = last.get(key);
      if (known === undefined || known.askedAt <= answer.askedAt) last.set(key, answer);
    }
    return [...last.values()];
  }

  #mayBeLostBy(loss: Loss, { target, attemptedAt, acknowledgedAt }: Revocation): boolean {
    if (attemptedAt > loss.to) return false;
    if (loss.kind === "behind") {
      return acknowledgedAt === undefined || acknowledgedAt >= (loss.safeBefore ?? loss.from);
    }
    // Of an entry that was acted on, the key is left.
    if (loss.kind === "trimmed") return this.knowing("written", target, loss.from).length === 0;
    return true;
  }
}
