import type { Breach } from "./breach.js";
import type { Answer, InstanceLife, Loss, Revocation } from "./history.js";
import type { IndexedHistory } from "./indexed-history.js";

/** After a loss, the shared store alone has as long to say that it is not ready. */
const NOTICE_MS = 1_000;
/** Whoever is ready lets nothing in that was revoked longer ago. */
const READY_MS = 1_000;

/**
 * No mandate is let in that was revoked more than a second before, unless readiness was false; a
 * replica that says no more than that it lags lets none in that was revoked longer before than its
 * `maxStalenessMs`, and one that is not ready for another reason lets nothing in.
 *
 * The second begins when the producer has the reply to its XADD, and ends when the verifier asks. For
 * the shared store, which has no memory of its own, it begins anew with a loss, and is longer by the
 * time in which nothing ran on the machine. What is excused: a revocation that Redis has lost before
 * anybody had read it (`isUnknowable`).
 */
export function lateAcceptances(index: IndexedHistory): Breach[] {
  return index.history.answers
    .filter(({ verdict }) => verdict === "accepted")
    .flatMap((answer) => {
      const life = index.instance(answer.instance);
      const detail =
        life.kind === "replica" ? ofReplica(answer, life, index) : ofStore(answer, life, index);
      const { instance, target, askedAt: at } = answer;
      return detail === undefined ? [] : [{ rule: "late", instance, target, at, detail }];
    });
}

function ofReplica(answer: Answer, life: InstanceLife, index: IndexedHistory): string | undefined {
  const { target, instance, askedAt, readyBefore, isLagging } = answer;
  if (!readyBefore && !isLagging) return "accepted by a replica that was not ready";
  const revocation = index.revocation(target);
  if (revocation === undefined) return undefined;
  if (index.knowing("replica", target, askedAt).some(({ name }) => name === instance)) {
    return "accepted by a replica that had known the revocation";
  }
  const lateMs = askedAt - (revocation.acknowledgedAt ?? Number.POSITIVE_INFINITY);
  // One that says that it is not ready may go on for as long as it is set to, and no longer.
  const boundMs = readyBefore ? READY_MS : Math.max(READY_MS, life.boundMs);
  if (lateMs <= boundMs) return undefined;
  const [loss] = index.lossesOf(revocation, askedAt);
  if (loss === undefined) return `accepted ${Math.round(lateMs)} ms after the revocation`;
  const carrier = carrierOf(revocation, loss, askedAt, index);
  return carrier && `accepted after a loss, though ${carrier.name} knew of the revocation`;
}

/** A replica that knew of a revocation before a loss, and could write it again since. */
function carrierOf(
  { target }: Revocation,
  { from }: Loss,
  now: number,
  index: IndexedHistory,
): InstanceLife | undefined {
  return index
    .knowing("replica", target, from)
    .find(({ name, diedAt = now }) => diedAt >= now && index.isUnimpaired(name, from, now));
}

function ofStore(answer: Answer, life: InstanceLife, index: IndexedHistory): string | undefined {
  const { target, askedAt, readyBefore, readyAfter } = answer;
  const revocation = index.revocation(target);
  if (revocation?.acknowledgedAt === undefined || !readyBefore || !readyAfter) return undefined;
  const { acknowledgedAt } = revocation;
  const lateMs = askedAt - acknowledgedAt;
  if (askedAt <= index.deadline(acknowledgedAt, life.boundMs)) return undefined;
  const losses = index.lossesOf(revocation, askedAt);
  const isExcused = losses.some(
    (loss) =>
      askedAt <= index.deadline(loss.to, NOTICE_MS) || isUnknowable(revocation, loss, index),
  );
  if (isExcused) return undefined;
  const after = losses.length > 0 ? ", a loss of which nobody says anything" : "";
  return `accepted ${Math.round(lateMs)} ms after the revocation${after}`;
}

/**
 * Whether nobody can know that Redis has lost a revocation: it was acknowledged by a server that
 * failed, another one was promoted which did not have it, and no instance that lives had read it. To
 * be emptied, or trimmed, shows.
 */
export function isUnknowable(
  { target }: Revocation,
  { kind, to }: Loss,
  index: IndexedHistory,
): boolean {
  const readers = index.knowing("read", target, to);
  return kind === "behind" && !readers.some(({ diedAt }) => diedAt === undefined);
}
