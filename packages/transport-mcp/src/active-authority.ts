import {
  anchorsOf,
  delegationEpochOf,
  type Mandate,
  MandateError,
  type MaybePromise,
  refuseToken,
  settleWithin,
  unavailable,
} from "@caracalai/identity";
import { checkEach, type RevocationState, type RevocationStore } from "@caracalai/revocation";
import { type AuthResult, refused } from "./auth-result.js";
import { principalOf } from "./principal.js";

const DEFAULT_TIMEOUT_MS = 250;

/**
 * Whether a mandate that was verified before still holds: not expired, no anchor revoked, its
 * delegation graph unchanged.
 *
 * @param nowMs - milliseconds since the epoch
 * @returns `invalid_token` with check `expiry`, `session_revoked`, `delegation_stale`, or
 *   `verification_unavailable` where the store does not answer within 250 ms
 */
export async function checkActiveAuthority(
  mandate: Mandate,
  revocations: RevocationStore,
  nowMs: number = Date.now(),
): Promise<AuthResult> {
  const error =
    judgeExpiry(mandate, nowMs) ??
    (await judgeRevocation(mandate, revocations, DEFAULT_TIMEOUT_MS));
  return error === undefined ? { ok: true, principal: principalOf(mandate) } : refused(error);
}

/** Expired from the second `exp` on, without tolerance. */
export function judgeExpiry(mandate: Mandate, nowMs: number): MandateError | undefined {
  // Written so that a clock that is no number lets nothing through.
  return Number.isFinite(nowMs) && nowMs < mandate.exp * 1_000 ? undefined : refuseToken("expiry");
}

/**
 * Step 7, revocation: every anchor, then the delegation epoch. Synchronous where the store is.
 *
 * @param timeoutMs - how long the store may take
 */
export function judgeRevocation(
  mandate: Mandate,
  revocations: RevocationStore,
  timeoutMs: number,
): MaybePromise<MandateError | undefined> {
  try {
    const state = ask(mandate, revocations);
    return isThenable(state) ? judgeLater(state, mandate, timeoutMs) : judgeState(state, mandate);
  } catch {
    return unavailable("revocations_unavailable");
  }
}

async function judgeLater(
  state: PromiseLike<RevocationState>,
  mandate: Mandate,
  timeoutMs: number,
): Promise<MandateError | undefined> {
  try {
    return judgeState(await settleWithin(Promise.resolve(state), timeoutMs), mandate);
  } catch {
    return unavailable("revocations_unavailable");
  }
}

function isThenable(value: unknown): value is PromiseLike<RevocationState> {
  return typeof Object(value).then === "function";
}

function ask(mandate: Mandate, store: RevocationStore): MaybePromise<RevocationState> {
  const query = {
    anchors: anchorsOf(mandate),
    zoneId: delegationEpochOf(mandate) === undefined ? undefined : mandate.zone_id,
  };
  return store.check === undefined ? checkEach(store, query) : store.check(query);
}

/** Anything but a clear answer is none. */
function judgeState(state: RevocationState, mandate: Mandate): MandateError | undefined {
  const { revoked, delegationEpoch } = state;
  if (
    typeof revoked !== "boolean" ||
    !(Number.isSafeInteger(delegationEpoch) && delegationEpoch >= 0)
  ) {
    return unavailable("revocations_unavailable");
  }
  if (revoked) {
    return new MandateError({
      code: "session_revoked",
      check: "revocation",
      description: "Session revoked",
      hint: "The session, the agent session or the delegation edge of this mandate was revoked.",
    });
  }
  const issuedUnder = delegationEpochOf(mandate);
  if (issuedUnder !== undefined && delegationEpoch > issuedUnder) {
    return new MandateError({
      code: "delegation_stale",
      check: "epoch",
      description: "Delegation graph changed",
      hint: "The zone's delegation graph changed after this mandate was issued: the client has to fetch a new one.",
    });
  }
  return undefined;
}
