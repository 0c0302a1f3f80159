import type { MaybePromise } from "./maybe-promise.js";
import type { RevocationQuery, RevocationState, RevocationStore } from "./revocation-store.js";
import { RevocationStoreError } from "./revocation-store-error.js";

/**
 * Asks a store anchor by anchor, for stores without a batch check (decision rules, "Revocation
 * store"). All questions are put at once, so that a store which has to wait waits for one round trip
 * only. Where every answer comes synchronously, so does the state, and no promise is created.
 *
 * Every answer is validated, also those after an anchor that is revoked. An error of the store is
 * passed on as it is.
 *
 * @throws RevocationStoreError (or rejects with it) where an answer for an anchor is not `true` or
 *   `false`, or an epoch is not a safe integer of 0 or more.
 */
export function checkEach(
  store: {
    isRevoked(anchor: string): boolean;
    currentDelegationEpoch(zoneId: string): number;
  },
  query: RevocationQuery,
): RevocationState;
export function checkEach(
  store: Pick<RevocationStore, "isRevoked" | "currentDelegationEpoch">,
  query: RevocationQuery,
): MaybePromise<RevocationState>;
export function checkEach(
  store: Pick<RevocationStore, "isRevoked" | "currentDelegationEpoch">,
  query: RevocationQuery,
): MaybePromise<RevocationState> {
  const { epoch, revocations } = ask(store, query);
  if (isThenable(epoch) || revocations.some(isThenable)) {
    return Promise.all([epoch, ...revocations]).then(([first, ...rest]) => judge(first, rest));
  }
  return judge(epoch, revocations);
}

/** Answers as they came: a store written in JavaScript may answer with anything. */
interface Answers {
  readonly epoch: unknown;
  readonly revocations: readonly unknown[];
}

function ask(
  store: Pick<RevocationStore, "isRevoked" | "currentDelegationEpoch">,
  { anchors, zoneId }: RevocationQuery,
): Answers {
  const revocations: unknown[] = [];
  try {
    for (const anchor of anchors) revocations.push(store.isRevoked(anchor));
    const epoch = zoneId === undefined ? 0 : store.currentDelegationEpoch(zoneId);
    return { epoch, revocations };
  } catch (error) {
    // Nobody waits for the answers under way any more: a rejection among them must not go unhandled,
    // which ends a Node process.
    void Promise.allSettled(revocations);
    throw error;
  }
}

function judge(epoch: unknown, revocations: readonly unknown[]): RevocationState {
  let revoked = false;
  for (const answer of revocations) {
    if (typeof answer !== "boolean") {
      throw new RevocationStoreError(
        `The revocation store answered isRevoked with ${kindOf(answer)} instead of true or false.`,
      );
    }
    revoked ||= answer;
  }
  if (!isEpoch(epoch)) {
    throw new RevocationStoreError(
      `The revocation store answered currentDelegationEpoch with ${kindOf(epoch)} instead of a safe integer of 0 or more.`,
    );
  }
  return { revoked, delegationEpoch: epoch };
}

function isEpoch(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}

function kindOf(value: unknown): string {
  return value === null ? "null" : `a value of type ${typeof value}`;
}
