import type { RevocationQuery, RevocationState } from "@caracalai/revocation";
import { unexpected } from "../commands/replies.js";
import { parseEpoch } from "../events/parse-epoch.js";
import type { RevocationKeys } from "./revocation-keys.js";

/** One key to be read, and what its value says about the mandate. */
interface Question {
  readonly key: string;
  readonly read: (value: string | null) => Partial<RevocationState>;
}

/** Every key that a query is about: those of its anchors, and that of its zone's epoch. */
export function questionsOf(
  keys: RevocationKeys,
  { anchors, zoneId }: RevocationQuery,
): Question[] {
  const questions = anchors.flatMap((anchor): Question[] => {
    const question = { key: keys.anchor(anchor), read: readAnchor };
    if (!keys.isReserved(anchor)) return [question];
    return [question, { key: keys.ambiguous(anchor), read: refuseAmbiguous }];
  });
  if (zoneId !== undefined) questions.push({ key: keys.epoch(zoneId), read: readEpoch });
  return questions;
}

/** @throws RedisStoreError where a value is not what its key can hold. */
export function stateOf(
  questions: readonly Question[],
  values: readonly (string | null)[],
): RevocationState {
  const state = { revoked: false, delegationEpoch: 0 };
  for (const [index, { read }] of questions.entries()) {
    const { revoked = false, delegationEpoch } = read(values[index] ?? null);
    state.revoked ||= revoked;
    state.delegationEpoch = delegationEpoch ?? state.delegationEpoch;
  }
  return state;
}

function readAnchor(value: string | null): Partial<RevocationState> {
  if (value !== null && value !== "1") throw unexpected("the value of a revoked anchor");
  return { revoked: value === "1" };
}

function readEpoch(value: string | null): Partial<RevocationState> {
  const epoch = value === null ? 0 : parseEpoch(value);
  if (epoch === undefined) throw unexpected("a delegation epoch");
  return { delegationEpoch: epoch };
}

/** A value there is the epoch of a zone, or the revocation of this anchor by another writer. */
function refuseAmbiguous(value: string | null): Partial<RevocationState> {
  if (value !== null) throw unexpected("clear: the anchor is named like a zone's epoch");
  return {};
}
