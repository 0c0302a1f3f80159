import type { History } from "./history.js";
import { IndexedHistory } from "./indexed-history.js";

/** A trial in numbers. */
export interface Summary {
  /** Events sent, and those whose XADD was answered. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Of those, the ones that Redis has lost before anybody had read them: in force nowhere. */
  readonly gone: number;
  readonly accepted: number;
  readonly refused: number;
  readonly unavailable: number;
  /**
   * How long after its revocation a mandate was let in at the latest by an instance that said to be
   * ready, in milliseconds; revocations that Redis may have lost are left out.
   */
  readonly latestMs: number;
  /** How long it took until everything was in order again, in milliseconds. */
  readonly healedMs: number;
  /** For how long nothing ran. */
  readonly stalledMs: number;
}

export function summaryOf(history: History): Summary {
  const index = new IndexedHistory(history);
  const { revocations, answers, stalls, healedAt, endedAt } = history;
  const acknowledged = revocations.filter((it) => it.acknowledgedAt !== undefined);
  const inForce = new Set(
    index.lastAnswers().flatMap(({ target, verdict }) => (verdict === "refused" ? [target] : [])),
  );
  const count = (wanted: string) => answers.filter(({ verdict }) => verdict === wanted).length;
  const lateness = answers.map(({ target, verdict, askedAt, readyBefore, readyAfter }) => {
    const revocation = index.revocation(target);
    if (verdict !== "accepted" || !readyBefore || !readyAfter || revocation === undefined) return 0;
    if (index.lossesOf(revocation, askedAt).length > 0) return 0;
    return askedAt - (revocation.acknowledgedAt ?? Number.POSITIVE_INFINITY);
  });
  return {
    sent: revocations.length,
    acknowledged: acknowledged.length,
    gone: acknowledged.filter(({ target }) => !inForce.has(target)).length,
    accepted: count("accepted"),
    refused: count("refused"),
    unavailable: count("unavailable"),
    latestMs: Math.round(Math.max(0, ...lateness)),
    healedMs: Math.round(endedAt - healedAt),
    stalledMs: Math.round(stalls.reduce((sum, { ms }) => sum + ms, 0)),
  };
}
