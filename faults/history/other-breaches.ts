import type { Breach } from "./breach.js";
import type { Answer } from "./history.js";
import type { IndexedHistory } from "./indexed-history.js";

/** Nobody is refused as revoked before that was even asked for; every answer is one of the three. */
export function strangeAnswers(index: IndexedHistory): Breach[] {
  return index.history.answers.flatMap((answer) => {
    const { instance, target, askedAt: at } = answer;
    const detail = strangeIn(answer, index);
    return detail === undefined ? [] : [{ rule: "strange", instance, target, at, detail }];
  });
}

function strangeIn({ verdict, detail, target, answeredAt }: Answer, index: IndexedHistory) {
  if (verdict === "other") return `another answer: ${detail}`;
  if (verdict !== "refused") return undefined;
  const { attemptedAt } = index.revocation(target) ?? {};
  return attemptedAt === undefined || answeredAt < attemptedAt
    ? "refused, and not revoked"
    : undefined;
}

/**
 * Once everything is healthy, every instance works again: it is ready, and lets in who was not
 * revoked. But for the shared store where events were lost: then it has to go on saying so, and where
 * none were lost, it must not. And but for a replica where none that lives knows what an emptied Redis
 * had held: then it has to go on answering nothing.
 */
export function notRecovered(index: IndexedHistory): Breach[] {
  const { final, losses, endedAt: at } = index.history;
  const states = final.flatMap(({ instance, ready, knowsOfLoss, health }) => {
    const isStore = index.instance(instance).kind === "store";
    if (knowsOfLoss && losses.length === 0) {
      return [{ rule: "recovery", instance, at, detail: "says that events were lost" }];
    }
    if (ready || (isStore && knowsOfLoss) || index.mayLackHistory(instance)) return [];
    const detail = `not ready in the end: ${JSON.stringify(health)}`;
    return [{ rule: "recovery", instance, at, detail }];
  });
  const refusals = index
    .lastAnswers()
    .filter(({ target, verdict }) => !index.revocation(target) && verdict !== "accepted")
    .filter(({ instance, verdict }) => {
      return verdict !== "unavailable" || !index.mayLackHistory(instance);
    })
    .map(({ instance, target, verdict }) => {
      return { rule: "recovery", instance, target, at, detail: `${verdict}, and not revoked` };
    });
  return [...states, ...refusals];
}
