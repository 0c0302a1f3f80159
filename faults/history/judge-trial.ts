import type { Breach } from "./breach.js";
import type { History } from "./history.js";
import { IndexedHistory } from "./indexed-history.js";
import { lateAcceptances } from "./late-acceptances.js";
import { lostRevocations } from "./lost-revocations.js";
import { notRecovered, strangeAnswers } from "./other-breaches.js";

/** Everything in a history that must not be; nothing where all is well. */
export function judgeTrial(history: History): readonly Breach[] {
  const index = new IndexedHistory(history);
  return [...lateAcceptances(index), ...strangeAnswers(index), ...judgeEnd(index)];
}

/** What is not in order yet in the end: may be asked again and again, until all is. */
export function judgeEnd(index: IndexedHistory): readonly Breach[] {
  return [...lostRevocations(index), ...notRecovered(index)];
}
