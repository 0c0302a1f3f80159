import type { Breach } from "./breach.js";
import type { Answer, InstanceLife, Revocation } from "./history.js";
import type { IndexedHistory } from "./indexed-history.js";
import { isUnknowable } from "./late-acceptances.js";

/**
 * No revocation is lost: once everything is healthy again, each one whose XADD was answered is in
 * force, at each instance.
 *
 * What is excused, for a replica: that Redis has lost it, and no replica that lives had heard of it; or
 * that it answers nothing, since none that lives knows what an emptied Redis had held. For the shared store: the same, as long as the instance says that it is not ready, or where nobody
 * can know.
 */
export function lostRevocations(index: IndexedHistory): Breach[] {
  const { history } = index;
  const alive = history.instances.filter(({ diedAt }) => diedAt === undefined);
  const last = new Map(
    index.lastAnswers().map((answer) => [`${answer.instance} ${answer.target}`, answer]),
  );
  return history.revocations
    .filter(({ acknowledgedAt }) => acknowledgedAt !== undefined)
    .flatMap((revocation) =>
      alive.flatMap((life) => {
        const answer = last.get(`${life.name} ${revocation.target}`);
        const detail = judge(revocation, life, answer, index);
        if (detail === undefined) return [];
        const { target } = revocation;
        return [{ rule: "lost", instance: life.name, target, at: history.endedAt, detail }];
      }),
    );
}

function judge(
  revocation: Revocation,
  life: InstanceLife,
  answer: Answer | undefined,
  index: IndexedHistory,
): string | undefined {
  if (answer === undefined) return "never asked about";
  if (answer.verdict === "refused") return undefined;
  if (answer.verdict === "unavailable" && index.mayLackHistory(life.name)) return undefined;
  const losses = index.lossesOf(revocation, Number.POSITIVE_INFINITY);
  const isKept = index
    .knowing("replica", revocation.target, Number.POSITIVE_INFINITY)
    .some(({ name, diedAt }) => diedAt === undefined && !index.mayLackHistory(name));
  if (losses.length > 0 && !isKept) {
    if (life.kind === "replica") return undefined;
    const isTold = !answer.readyBefore || !answer.readyAfter;
    if (isTold || losses.some((loss) => isUnknowable(revocation, loss, index))) return undefined;
  }
  const known = isKept && losses.length > 0 ? ", though a replica knows of it" : "";
  return `${answer.verdict} in the end${known}`;
}
